SELECT version, state::text
FROM state_snapshots
WHERE aggregate_type = $1 AND aggregate_id = $2 AND fold_version = $3
