DELETE FROM idempotency i
USING unnest($1::text[], $2::text[]) AS w (scope, key)
WHERE i.scope = w.scope AND i.key = w.key AND i.expires_at <= clock_timestamp()
