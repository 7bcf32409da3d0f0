-- Which migration was applied last? 0 before the first.
SELECT max(version) AS version
FROM schema_migrations
