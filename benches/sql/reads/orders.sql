SELECT order_id::text
FROM order_summary
WHERE tenant = $1 AND state = 'COMPLETED' AND line_count BETWEEN 1 AND 100
ORDER BY md5(order_id::text)
LIMIT $2
