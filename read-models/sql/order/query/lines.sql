SELECT line.*
FROM unnest($1::uuid[]) AS wanted (order_id)
CROSS JOIN LATERAL (
    SELECT {columns}
    FROM order_lines
    WHERE order_lines.order_id = wanted.order_id AND ordinal > $2 AND ordinal < $3
    ORDER BY CASE WHEN $5 THEN -ordinal ELSE ordinal END
    LIMIT $4) AS line
ORDER BY line.order_id, line.ordinal
