SELECT {columns}
FROM reservation
WHERE tenant = $1 AND state = $2
ORDER BY coalesce(expires_at, 'infinity'::timestamptz), reservation_id
LIMIT $3
