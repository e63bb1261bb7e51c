SELECT shards, EXISTS (SELECT FROM events) OR EXISTS (SELECT FROM log)
FROM log_identity
