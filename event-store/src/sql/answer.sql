SELECT fingerprint, answer::text
FROM idempotency
WHERE id = $1 AND (expires_at IS NULL OR expires_at > clock_timestamp())
