SELECT {columns}
FROM saga
WHERE {condition}
ORDER BY coalesce(task_deadline, 'infinity'::timestamptz) {direction}, changed_at {direction}, order_id {direction}
LIMIT {limit}
