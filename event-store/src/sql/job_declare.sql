-- A job that is new is due at once. One that is due later than a whole period from now is due after that: the clock was set back, or its
-- period has become shorter.
WITH declared AS (
    INSERT INTO jobs (name, every_s) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET every_s = excluded.every_s
)
INSERT INTO timers AS t (aggregate_type, aggregate_id, due, version)
VALUES ('job', $1, $3, 0)
ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE SET due = least(t.due, excluded.due + make_interval(secs => $2))
