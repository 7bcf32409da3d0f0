-- What did removals take from the training zone, and which are not ended? One row per request or wish.
--
-- erased    rows that were deleted, all times together
-- begun     rows of a deletion that was begun and not noted as ended; people, first_on: as noted last
SELECT
    request_id,
    sumIf(rows, ended) AS erased,
    if(argMax(ended, step.noted_at), 0, argMax(rows, step.noted_at)) AS begun,
    argMax(people, step.noted_at) AS people,
    minOrNull(step.first_on) AS first_on,
    max(step.noted_at) AS noted_at
FROM erasures AS step
GROUP BY request_id
