INSERT INTO notified_orders
    (tenant, order_id, number, total_minor, currency, lines, line_count, country, subject, contact, placed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (tenant, order_id) DO NOTHING
