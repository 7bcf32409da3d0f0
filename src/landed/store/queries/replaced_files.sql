-- How many replaced parts of the tables that people are in still lie on the disk? One row.
-- They are in nobody's answers; the engine removes them some minutes after they were replaced.
SELECT count() AS parts
FROM system.parts
WHERE database = currentDatabase()
    AND table IN ('events', 'events_local', 'quarantine', 'quarantine_local', 'set_aside', 'set_aside_local')
    AND NOT active
    AND remove_time <= {before:DateTime64(3, 'UTC')}
