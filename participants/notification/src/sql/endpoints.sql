SELECT endpoint, url, kinds, enabled, disabled_reason, created_at
FROM webhook_endpoints
WHERE tenant = $1 AND ($2::uuid IS NULL OR endpoint = $2)
ORDER BY created_at, endpoint
