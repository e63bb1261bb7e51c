DELETE FROM timers
WHERE aggregate_type = $1 AND aggregate_id = $2 AND version = $3
