SELECT asked.place
FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS asked (order_id, version, place)
JOIN order_timeline USING (order_id, version)
