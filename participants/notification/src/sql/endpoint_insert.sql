INSERT INTO webhook_endpoints (tenant, endpoint, url, kinds, enabled, secret, created_at)
VALUES ($1, $2, $3, $4, true, $5, $6)
ON CONFLICT (tenant, endpoint) DO NOTHING
