SELECT {columns}
FROM fulfilment
WHERE {condition}
ORDER BY {sort} {direction}, fulfilment_id {direction}
LIMIT {limit}
