SELECT entry.*
FROM unnest($1::uuid[]) AS wanted (order_id)
CROSS JOIN LATERAL (
    SELECT {columns}
    FROM saga_event
    WHERE saga_event.order_id = wanted.order_id AND version > $2 AND version < $3
    ORDER BY version {direction}
    LIMIT $4) AS entry
ORDER BY entry.order_id, entry.version
