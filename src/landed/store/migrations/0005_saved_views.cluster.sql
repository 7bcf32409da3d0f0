
CREATE TABLE IF NOT EXISTS saved_views$on_cluster AS saved_views_local
ENGINE = Distributed($shards, saved_views_local, cityHash64(page));
