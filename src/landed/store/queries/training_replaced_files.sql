-- How many replaced parts of the training zone's tables still lie on the disk? One row.
-- They are in nobody's answers; the engine removes them some minutes after they were replaced.
SELECT count() AS parts
FROM system.parts
WHERE database = currentDatabase()
    AND table IN (
        'users', 'resume_events', 'interactions', 'users_aside', 'resume_events_aside', 'interactions_aside'
    )
    AND NOT active
    AND remove_time <= {before:DateTime64(6, 'UTC')}
