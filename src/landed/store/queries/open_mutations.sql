-- How many rewritings of the tables that people are in are not finished? One row.
SELECT count() AS mutations
FROM system.mutations
WHERE database = currentDatabase()
    AND table IN ('events', 'events_local', 'quarantine', 'quarantine_local', 'set_aside', 'set_aside_local')
    AND NOT is_done
