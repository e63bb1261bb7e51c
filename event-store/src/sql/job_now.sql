UPDATE timers SET due = least(due, $2), leased_until = CASE WHEN failures = 0 THEN leased_until END
WHERE aggregate_type = 'job' AND aggregate_id = $1
