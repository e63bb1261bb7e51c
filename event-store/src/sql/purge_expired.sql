DELETE FROM idempotency
WHERE (scope, key) IN (
    SELECT scope, key FROM idempotency WHERE expires_at <= clock_timestamp() ORDER BY expires_at LIMIT $1
)
