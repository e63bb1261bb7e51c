SELECT aggregate_id, sequence, position
FROM (
    SELECT aggregate_id, sequence, position,
           lag(position) OVER stream AS position_before, lag(sequence) OVER stream AS sequence_before
    FROM log
    WHERE shard = $1 AND position > $2 AND position <= $3
    WINDOW stream AS (PARTITION BY aggregate_type, aggregate_id ORDER BY sequence, position)
) AS steps
WHERE position < position_before OR sequence <> sequence_before + 1
LIMIT $4
