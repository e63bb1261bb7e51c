SELECT {columns}, l.line_id, l.ordinal, l.sku, l.description, l.unit_price,
       CASE order_summary.kind WHEN 'CREDIT' THEN -l.quantity ELSE l.quantity END AS quantity,
       CASE order_summary.kind WHEN 'CREDIT' THEN -l.total_minor ELSE l.total_minor END AS line_total_minor
FROM order_summary
JOIN order_lines l USING (order_id)
WHERE order_summary.tenant = $1 AND order_summary.state <> 'FOREIGN' AND {condition}
ORDER BY coalesce(order_summary.placed_at, '-infinity'::timestamptz), order_id, l.ordinal
