SELECT i.scope, i.key
FROM unnest($1::text[], $2::text[]) AS w (scope, key)
JOIN idempotency i USING (scope, key)
WHERE i.expires_at IS NULL OR i.expires_at > clock_timestamp()
