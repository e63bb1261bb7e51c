SELECT e.aggregate_type, e.aggregate_id, e.sequence, e.event_id
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (aggregate_type, aggregate_id, sequence)
JOIN events e USING (aggregate_type, aggregate_id, sequence)
