SELECT country
FROM order_summary
WHERE tenant = $1 AND state = 'COMPLETED' AND country IS NOT NULL
GROUP BY country
ORDER BY count(*) DESC, country
LIMIT $2
