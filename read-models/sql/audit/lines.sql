SELECT order_id, line_id, ordinal, sku, description, quantity, unit_price, total_minor
FROM order_lines
ORDER BY order_id
