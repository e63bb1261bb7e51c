INSERT INTO shipping_addresses (tenant, order_id, country, subject, details, placed_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant, order_id) DO NOTHING
