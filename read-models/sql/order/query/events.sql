
LEFT JOIN LATERAL (
    SELECT {arrays}
    FROM (
        SELECT {columns}
        FROM order_timeline
        WHERE order_timeline.order_id = order_summary.order_id AND version > {after} AND version < {before}
        ORDER BY version {direction}
        LIMIT {limit}) AS event) AS events ON true
