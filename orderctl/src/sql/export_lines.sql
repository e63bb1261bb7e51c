SELECT o.total_minor, o.currency, o.order_id::text, o.number, o.state, o.kind, o.customer, o.country, o.placed_at, l.ordinal::bigint,
       l.line_id::text, l.sku, l.description, CASE o.kind WHEN 'CREDIT' THEN -l.quantity ELSE l.quantity END, l.unit_price,
       CASE o.kind WHEN 'CREDIT' THEN -l.total_minor ELSE l.total_minor END
FROM order_summary o
JOIN order_lines l USING (order_id)
WHERE o.tenant = $1 AND o.state <> 'FOREIGN'
