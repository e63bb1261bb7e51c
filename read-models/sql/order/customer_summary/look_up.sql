-- The times of a customer's first and last sale, from the sales themselves. The rows of the customers are locked already, so
-- that no other worker has added a sale that is not seen here.
UPDATE customer_summary
SET first_placed_at = sales.first_placed_at, last_placed_at = sales.last_placed_at
FROM (
    SELECT moved.tenant, moved.customer, moved.currency,
           min(order_summary.placed_at) AS first_placed_at, max(order_summary.placed_at) AS last_placed_at
    FROM unnest($1::text[], $2::text[], $3::text[]) AS moved (tenant, customer, currency)
    LEFT JOIN order_summary
        ON order_summary.tenant = moved.tenant
        AND order_summary.customer = moved.customer
        AND order_summary.currency = moved.currency
        AND order_summary.kind = 'SALE'
    GROUP BY moved.tenant, moved.customer, moved.currency
) AS sales
WHERE customer_summary.tenant = sales.tenant
  AND customer_summary.customer = sales.customer
  AND customer_summary.currency = sales.currency
