SELECT i.id
FROM unnest($1::bytea[]) AS w (id)
JOIN idempotency i USING (id)
WHERE i.expires_at IS NULL OR i.expires_at > clock_timestamp()
