SELECT {columns}
FROM reservation
WHERE tenant = $1 AND order_id = $2
ORDER BY reservation_id
LIMIT $3
