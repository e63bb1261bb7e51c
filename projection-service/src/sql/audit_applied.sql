SELECT asked.ordinal
FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS asked (order_id, version, ordinal)
JOIN order_timeline USING (order_id, version)
