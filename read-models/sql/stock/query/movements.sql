SELECT entry.*
FROM unnest($1::uuid[]) AS wanted (stock_id)
CROSS JOIN LATERAL (
    SELECT {columns}
    FROM stock_movement
    WHERE stock_movement.stock_id = wanted.stock_id AND version > $2 AND version < $3
    ORDER BY version {direction}
    LIMIT $4) AS entry
ORDER BY entry.stock_id, entry.version
