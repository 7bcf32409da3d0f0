-- Which events are exported? A line of JSON each.
SELECT concat(
    '{"event":', toJSONString(event),
    ',"message_id":"', toString(message_id),
    '","subject_key":"', toString(subject_key),
    '","session_id":"', toString(session_id),
    '","occurred_at":"', replaceOne(toString(occurred_at), ' ', 'T'), 'Z',
    '","received_at":"', replaceOne(toString(received_at), ' ', 'T'), 'Z',
    '","source":', toJSONString(source),
    ',"context":', context,
    ',"properties":', properties,
    '}'
)
FROM
(
$rows)
