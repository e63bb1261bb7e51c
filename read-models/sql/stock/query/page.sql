SELECT {columns}
FROM stock
WHERE {condition}
ORDER BY {first} {direction}, {second} {direction}
LIMIT {limit}
