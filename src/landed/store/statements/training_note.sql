-- Note that a removal begins or has ended.
INSERT INTO erasures (request_id, ended, rows, kind, people, first_on)
SELECT
    {removal:UUID}, {ended:Bool}, {rows:UInt64}, {kind:String}, {people:UInt32},
    if({first_on:String} = '', NULL, toDate({first_on:String}))
