-- Take the rows of people who asked for it, and those that mention who was named. $place is the table.
-- The statement stays in the table's list of mutations: it holds digests of pseudonyms, and nobody.
ALTER TABLE $place DELETE WHERE toUnixTimestamp64Milli(least(received_at, occurred_at)) < greatest(
    transform(
        lower(hex(SHA256(UUIDStringToNum(toString(subject_key))))),
        {digests:Array(String)}, {before:Array(Int64)}, toInt64(0)
    ),
    arrayMax(arrayPushBack(
        arrayMap(
            one -> if(has({named:Array(String)}, one), transform(one, {digests:Array(String)}, {before:Array(Int64)}, toInt64(0)), toInt64(0)),
            arrayMap(
                one -> lower(hex(SHA256(unhex(one)))),
                arrayFilter(one -> length(one) = 32, [
                    toString(properties.user_key), toString(properties.anonymous_key),
                    toString(properties.previous_key), toString(properties.group_key)
                ])
            )
        ),
        toInt64(0)
    ))
)
SETTINGS mutations_sync = 2
