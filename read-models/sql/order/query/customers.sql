SELECT {columns}
FROM customer_summary
WHERE tenant = $1 AND customer = ANY ($2)
ORDER BY customer, currency
