SELECT wanted.customer, counted.orders
FROM unnest({customers}::text[]) AS wanted (customer)
CROSS JOIN LATERAL (
    SELECT count(*) AS orders
    FROM (
        SELECT FROM order_summary WHERE {condition} AND order_summary.customer = wanted.customer LIMIT {limit}) AS capped
) AS counted
