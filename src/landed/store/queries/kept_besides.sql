-- How much is kept of what goes by no limit: set aside for restricted people, and requests for erasure?
-- One row per kind.
SELECT 'set_aside' AS kind, count() AS rows, min(occurred_at) AS oldest FROM set_aside
UNION ALL
SELECT 'erasures' AS kind, uniqExact(request_id) AS rows, min(received_at) AS oldest FROM privacy_requests
