-- What does the store remember of its installation under `name`? No row before the first start.
SELECT value
FROM installation
WHERE name = {name:String}
ORDER BY noted_at
LIMIT 1
