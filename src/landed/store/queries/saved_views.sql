-- Which views of a page are saved? The last word on each name counts.
SELECT name, argMax(address, saved_at) AS address
FROM saved_views
WHERE page = {page:String}
GROUP BY name
HAVING address != ''
ORDER BY lower(name), name
LIMIT 200
