INSERT INTO schema_migrations (version, name)
SELECT {version:UInt32}, {name:String}
WHERE {version:UInt32} NOT IN (SELECT version FROM schema_migrations)
