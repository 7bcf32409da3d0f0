-- What was asked about people's data, and how far is it? One row per request, the newest first.
--
-- requests         which; none named: all
-- state            received, erasing, erased (the rows are gone, replaced files may be there) or done
-- subjects         digests of the person's pseudonyms, the one that was named first
-- events           rows that were deleted, all times together; quarantined alike
-- begun_events     rows of a deletion that was begun and not noted as done; begun_quarantined alike
-- certificate      JSON; empty before it is done
SELECT
    request_id,
    argMax(step.kind, step.noted_at) AS kind,
    argMax(step.state, step.noted_at) AS state,
    argMax(step.subjects, step.noted_at) AS subjects,
    min(step.received_at) AS received_at,
    sumIf(step.events, step.state = 'erased') AS events,
    sumIf(step.quarantined, step.state = 'erased') AS quarantined,
    if(state = 'erasing', argMax(step.events, step.noted_at), 0) AS begun_events,
    if(state = 'erasing', argMax(step.quarantined, step.noted_at), 0) AS begun_quarantined,
    argMax(step.certificate, step.noted_at) AS certificate,
    max(step.noted_at) AS noted_at
FROM privacy_requests AS step
WHERE empty({requests:Array(UUID)}) OR step.request_id IN {requests:Array(UUID)}
GROUP BY step.request_id AS request_id
ORDER BY received_at DESC, request_id
