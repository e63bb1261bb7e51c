SELECT customer, currency, orders, credits, cancelled, revenue_minor::text AS revenue_minor, first_placed_at,
       last_placed_at
FROM customer_summary
WHERE tenant = $1 AND customer = ANY ($2)
ORDER BY customer, currency
