
-- One person's events lie on one shard, so that a funnel or a timeline needs no shuffle.
-- The record of migrations is read through every shard as well: a shard that was added later
-- gets the tables, and IF NOT EXISTS leaves the others alone.

CREATE TABLE IF NOT EXISTS schema_migrations$on_cluster AS schema_migrations_local
ENGINE = Distributed($shards, schema_migrations_local, rand());

CREATE TABLE IF NOT EXISTS events$on_cluster AS events_local
ENGINE = Distributed($shards, events_local, cityHash64(subject_key));

CREATE TABLE IF NOT EXISTS quarantine$on_cluster AS quarantine_local
ENGINE = Distributed($shards, quarantine_local, cityHash64(quarantine_id));
