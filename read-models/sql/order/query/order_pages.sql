SELECT page.*
FROM unnest({customers}::text[]) AS wanted (customer)
CROSS JOIN LATERAL (
    SELECT {columns}
    FROM order_summary{events}
    WHERE {condition} AND order_summary.customer = wanted.customer
    ORDER BY {sort} {direction}, order_id {direction}
    LIMIT {limit}) AS page
ORDER BY page.customer, {sort} {direction}, page.order_id {direction}
