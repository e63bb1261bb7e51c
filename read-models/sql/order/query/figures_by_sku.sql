SELECT sku AS name, currency, sum(orders)::bigint AS orders, sum(credits)::bigint AS credits,
       sum(quantity)::bigint AS counted, sum(revenue_minor)::text AS revenue
FROM sku_sales
WHERE tenant = $1
GROUP BY sku, currency
ORDER BY sum(revenue_minor) DESC, sku, currency
LIMIT $2
