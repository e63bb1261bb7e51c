SELECT order_id, line_id, ordinal, sku, description, quantity, unit_price, total_minor
FROM order_lines
WHERE order_id = ANY ($1)
ORDER BY order_id, ordinal
