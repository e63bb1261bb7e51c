INSERT INTO webhook_deliveries (tenant, endpoint, notification, requested_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, endpoint, notification) DO NOTHING
