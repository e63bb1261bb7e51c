SELECT least(coalesce(sum(counted.orders), 0), {limit})::bigint AS orders
FROM (
    SELECT tenant, state, kind, imported, nullif(country, '') AS country, nullif(currency, '') AS currency, orders
    FROM order_counts) AS counted
WHERE {condition}
