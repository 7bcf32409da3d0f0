-- How many users of the training zone have no event left there? One row.
SELECT count() AS found
FROM users
WHERE user_key NOT IN (SELECT user_key FROM resume_events) AND user_key NOT IN (SELECT user_key FROM interactions)
