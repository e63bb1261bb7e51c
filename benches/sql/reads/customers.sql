-- Customers with at least so many orders, all in one currency: PostGraphile finds them by both.
SELECT customer, min(currency)
FROM order_summary
WHERE tenant = $1 AND customer IS NOT NULL
GROUP BY customer
HAVING count(*) >= $2 AND count(DISTINCT currency) = 1
ORDER BY md5(customer)
