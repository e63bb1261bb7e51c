SELECT c.customer AS name, c.currency, c.orders, c.credits, coalesce(o.lines, 0) AS counted, c.revenue_minor::text AS revenue
FROM (
    SELECT customer, currency, orders, credits, revenue_minor
    FROM customer_summary
    WHERE tenant = $1
    ORDER BY revenue_minor DESC, customer, currency
    LIMIT $2
) AS c
CROSS JOIN LATERAL (
    SELECT sum(line_count)::bigint AS lines
    FROM order_summary
    WHERE tenant = $1 AND customer = c.customer AND currency = c.currency AND state = ANY($3)
) AS o
ORDER BY c.revenue_minor DESC, c.customer, c.currency
