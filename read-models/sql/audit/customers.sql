SELECT tenant, customer, currency, orders, credits, cancelled, revenue_minor::text, first_placed_at, last_placed_at
FROM customer_summary
