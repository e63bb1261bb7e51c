SELECT aggregate_type, aggregate_id, min(sequence), max(sequence), count(*)
FROM events
GROUP BY aggregate_type, aggregate_id
HAVING min(sequence) <> 1 OR max(sequence) <> count(*)
LIMIT $1
