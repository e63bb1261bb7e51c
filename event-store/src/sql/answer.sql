SELECT fingerprint, answer::text
FROM idempotency
WHERE scope = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > clock_timestamp())
