SELECT shard || '.' || position
FROM order_summary
WHERE tenant = $1 AND state = $2 AND kind = $3 AND imported = $4::text::boolean AND coalesce(country, '') = $5 AND currency = $6
ORDER BY shard, position
LIMIT 20
