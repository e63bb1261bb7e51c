SELECT {columns}
FROM order_summary{events}
WHERE {condition}
ORDER BY {sort} {direction}, order_id {direction}
LIMIT {limit}
