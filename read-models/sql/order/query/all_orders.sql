-- In the order of an index, so that nothing has to be sorted.
SELECT {columns}
FROM order_summary
WHERE tenant = $1 AND state <> 'FOREIGN' AND {condition}
ORDER BY coalesce(placed_at, '-infinity'::timestamptz), order_id
