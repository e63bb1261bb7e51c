SELECT shard || '.' || position FROM order_timeline WHERE order_id = $1::text::uuid ORDER BY version LIMIT 20
