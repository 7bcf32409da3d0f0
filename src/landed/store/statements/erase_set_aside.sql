-- Take what was set aside, of people who asked for it, and what mentions who was named.
-- The statement stays in the table's list of mutations: it holds digests of pseudonyms, and nobody.
ALTER TABLE $place DELETE WHERE arrayExists(
    one -> toUnixTimestamp64Milli(least(received_at, occurred_at)) < transform(one, $digests, $before, toInt64(0)),
    arrayPushBack(
        arrayFilter(
            one -> has($named, one),
            arrayMap(
                one -> lower(hex(SHA256(unhex(one)))),
                arrayFilter(one -> length(one) = 32, [JSONExtractString(properties, 'user_key'), JSONExtractString(properties, 'previous_key')])
            )
        ),
        lower(hex(SHA256(UUIDStringToNum(toString(subject_key)))))
    )
)
SETTINGS mutations_sync = 2
