SELECT notification FROM webhook_deliveries
WHERE tenant = $1 AND endpoint = $2
ORDER BY requested_at DESC, notification
LIMIT $3
