INSERT INTO subject_keys (tenant, subject, wrapped_key, created_at, destroyed_at)
VALUES ($1, $2, NULL, $3, $3)
ON CONFLICT (tenant, subject) DO UPDATE
SET wrapped_key = NULL, destroyed_at = excluded.destroyed_at
WHERE subject_keys.destroyed_at IS NULL
