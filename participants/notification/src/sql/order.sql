SELECT number, total_minor, currency, lines, line_count, country, subject, contact
FROM notified_orders
WHERE tenant = $1 AND order_id = $2
