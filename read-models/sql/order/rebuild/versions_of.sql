SELECT wanted.order_id, greatest(
    (SELECT version FROM order_summary s WHERE s.order_id = wanted.order_id),
    (SELECT max(version) FROM order_timeline t WHERE t.order_id = wanted.order_id)) AS version
FROM unnest($1::uuid[]) AS wanted (order_id)
