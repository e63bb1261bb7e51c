SELECT count(*) AS orders
FROM (SELECT FROM order_summary WHERE {condition} LIMIT {limit}) AS counted
