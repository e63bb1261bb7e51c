DELETE FROM idempotency
WHERE id IN (SELECT id FROM idempotency WHERE expires_at <= clock_timestamp() ORDER BY expires_at LIMIT $1)
