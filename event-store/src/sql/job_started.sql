UPDATE jobs SET started_at = clock_timestamp() WHERE name = $1
