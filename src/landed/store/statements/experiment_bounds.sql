-- What are sums of single people cut at? The same for all variants.
SELECT
    $columns
FROM
(
$people)
