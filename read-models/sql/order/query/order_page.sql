SELECT {columns}
FROM order_summary
WHERE {condition}
ORDER BY {sort} {direction}, order_id {direction}
LIMIT {limit}
