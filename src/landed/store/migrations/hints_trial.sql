-- Fails with code 117 when a stored event does not fit the new types. Without this trial the
-- change itself would fail half way and leave `properties` unreadable until it is undone.
SELECT count() FROM events WHERE NOT ignore(CAST(properties, 'JSON(max_dynamic_paths = 0, $hints)'))
