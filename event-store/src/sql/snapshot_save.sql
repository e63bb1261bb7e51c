INSERT INTO state_snapshots AS s (aggregate_type, aggregate_id, fold_version, version, state)
VALUES ($1, $2, $3, $4, $5::text::json)
ON CONFLICT (aggregate_type, aggregate_id, fold_version) DO UPDATE SET
    version = EXCLUDED.version, state = EXCLUDED.state, taken_at = EXCLUDED.taken_at
WHERE s.version < EXCLUDED.version
