UPDATE timers
SET due = $4, leased_until = NULL, failures = 0, last_error = NULL
WHERE aggregate_type = $1 AND aggregate_id = $2 AND version = $3
