-- Note that an erasure begins or has ended.
INSERT INTO erasures (request_id, ended, rows)
SELECT {request:UUID}, {ended:Bool}, {rows:UInt64}
