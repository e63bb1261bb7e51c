UPDATE jobs
SET finished_at = clock_timestamp(),
    outcome = coalesce($2::text, outcome),
    error = $3::text,
    runs = runs + 1,
    failed = failed + CASE WHEN $3::text IS NULL THEN 0 ELSE 1 END
WHERE name = $1
