SELECT shard || '.' || position FROM stock_movement WHERE stock_id = $1::text::uuid ORDER BY version LIMIT 20
