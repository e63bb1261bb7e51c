UPDATE webhook_endpoints SET enabled = false, disabled_reason = $3 WHERE tenant = $1 AND endpoint = $2
