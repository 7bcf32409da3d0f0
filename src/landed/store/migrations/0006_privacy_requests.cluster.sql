
CREATE TABLE IF NOT EXISTS privacy_requests$on_cluster AS privacy_requests_local
ENGINE = Distributed($shards, privacy_requests_local, cityHash64(request_id));
