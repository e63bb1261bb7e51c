SELECT {columns}
FROM order_summary{events}
WHERE order_id = ANY ($1) AND tenant = $2 AND ($3::text IS NULL OR customer = $3) AND state <> 'FOREIGN'
