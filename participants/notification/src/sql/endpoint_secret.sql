UPDATE webhook_endpoints SET secret = $3 WHERE tenant = $1 AND endpoint = $2
