INSERT INTO log (shard, position, aggregate_type, aggregate_id, sequence)
SELECT 0, $1::bigint + place, 'order', id, sequence
FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS e (id, sequence, place)
