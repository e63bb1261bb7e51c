DELETE FROM idempotency
WHERE id = ANY ($1::bytea[]) AND expires_at <= clock_timestamp()
