INSERT INTO public.parked (group_name, topic, partition, "offset", key, order_id, reason, record, headers)
SELECT $1, $2, parked.*
FROM unnest($3::int[], $4::bigint[], $5::bytea[], $6::uuid[], $7::text[], $8::bytea[], $9::jsonb[])
    AS parked (partition, "offset", key, order_id, reason, record, headers)
ON CONFLICT (group_name, topic, partition, "offset") DO NOTHING
