UPDATE webhook_endpoints
SET url = $3, kinds = $4, enabled = $5, disabled_reason = NULL
WHERE tenant = $1 AND endpoint = $2
RETURNING created_at
