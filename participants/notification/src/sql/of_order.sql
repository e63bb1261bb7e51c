SELECT notification FROM order_notifications
WHERE tenant = $1 AND order_id = $2
ORDER BY requested_at DESC, notification
LIMIT $3
