INSERT INTO subject_keys (tenant, subject, wrapped_key, created_at)
SELECT $1, subject, wrapped_key, $4
FROM UNNEST($2::text[], $3::bytea[]) AS given (subject, wrapped_key)
ON CONFLICT (tenant, subject) DO NOTHING
