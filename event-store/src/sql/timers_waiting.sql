SELECT aggregate_type, count(*), count(*) FILTER (WHERE due <= $1), count(*) FILTER (WHERE failures > 0), min(due)
FROM timers
GROUP BY aggregate_type
ORDER BY aggregate_type
