SELECT before + 1, position - 1
FROM (
    SELECT position, lag(position, 1, $2) OVER (ORDER BY position) AS before
    FROM (
        SELECT position FROM log WHERE shard = $1 AND position > $2 AND position <= $3
        UNION ALL
        SELECT $3 + 1
    ) AS positions
) AS steps
WHERE position > before + 1
LIMIT $4
