SELECT j.name, j.every_s, t.due, t.leased_until > clock_timestamp() AND t.failures = 0 AS running,
       j.started_at, j.finished_at, j.outcome, j.error, j.runs, j.failed
FROM jobs AS j
LEFT JOIN timers AS t ON t.aggregate_type = 'job' AND t.aggregate_id = j.name
ORDER BY j.name
