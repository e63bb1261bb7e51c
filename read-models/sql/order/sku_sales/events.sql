SELECT DISTINCT o.shard || '.' || o.position
FROM order_lines l
JOIN order_summary o USING (order_id)
WHERE o.tenant = $1 AND l.sku = $2 AND o.currency = $3 AND date_trunc('month', o.placed_at AT TIME ZONE 'UTC')::date = $4::text::date
LIMIT 20
