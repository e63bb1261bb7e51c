UPDATE timers
SET leased_until = clock_timestamp() + make_interval(secs => $4), failures = failures + 1, last_error = $5
WHERE aggregate_type = $1 AND aggregate_id = $2 AND version = $3
