SELECT coalesce(to_char(placed_at AT TIME ZONE 'UTC', 'YYYY-MM'), '-') AS name, currency,
       count(*) FILTER (WHERE kind = 'SALE') AS orders, count(*) FILTER (WHERE kind = 'CREDIT') AS credits,
       sum(line_count)::bigint AS counted, sum(total_minor)::text AS revenue
FROM order_summary
WHERE tenant = $1 AND state = ANY($3) AND currency IS NOT NULL
GROUP BY 1, 2
ORDER BY 1 DESC, 2
LIMIT $2
