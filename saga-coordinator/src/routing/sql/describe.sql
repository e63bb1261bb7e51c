INSERT INTO routed_locations AS known (tenant, code, version, is_paused, details)
VALUES ($1, $2, $3, false, $4)
ON CONFLICT (tenant, code) DO UPDATE
SET version = excluded.version, details = excluded.details
WHERE known.version < excluded.version
