INSERT INTO order_notifications (tenant, order_id, notification, requested_at)
SELECT $1, $2, notification, $4
FROM unnest($3::uuid[]) AS notification
ON CONFLICT (tenant, order_id, notification) DO NOTHING
