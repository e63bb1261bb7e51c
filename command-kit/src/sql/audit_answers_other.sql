SELECT encode(id, 'hex')
FROM idempotency
WHERE answer -> 'done' IS NULL AND answer -> 'refused' IS NULL
LIMIT $1
