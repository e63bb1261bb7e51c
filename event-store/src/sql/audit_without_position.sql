SELECT e.aggregate_id, e.sequence
FROM events e
WHERE NOT EXISTS (
        SELECT FROM log l
        WHERE l.aggregate_type = e.aggregate_type AND l.aggregate_id = e.aggregate_id AND l.sequence = e.sequence)
  AND (e.aggregate_type, e.aggregate_id, e.sequence) NOT IN (
        SELECT w.aggregate_type, w.aggregate_id, w.sequence
        FROM unsequenced u
        CROSS JOIN LATERAL unnest(u.aggregate_types, u.aggregate_ids, u.sequences)
            AS w (aggregate_type, aggregate_id, sequence))
LIMIT $1
