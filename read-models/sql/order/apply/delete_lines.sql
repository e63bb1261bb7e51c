DELETE FROM order_lines
USING unnest($1::uuid[], $2::uuid[]) AS gone (order_id, line_id)
WHERE order_lines.order_id = gone.order_id AND order_lines.line_id = gone.line_id
