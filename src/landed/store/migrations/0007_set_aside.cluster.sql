
CREATE TABLE IF NOT EXISTS set_aside$on_cluster AS set_aside_local
ENGINE = Distributed($shards, set_aside_local, cityHash64(subject_key));
