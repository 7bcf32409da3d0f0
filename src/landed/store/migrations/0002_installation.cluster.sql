
CREATE TABLE IF NOT EXISTS installation$on_cluster AS installation_local
ENGINE = Distributed($shards, installation_local, cityHash64(name));
