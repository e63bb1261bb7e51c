SELECT aggregate_id FROM timers WHERE aggregate_type = $1
