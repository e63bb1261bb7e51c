SELECT {columns}
FROM ticket
WHERE tenant = $1 AND location = $2 AND state IN ('QUEUED', 'COOKING', 'READY')
ORDER BY promised_at, ticket_id
LIMIT $3
