SELECT value
FROM claims
WHERE scope = $1 AND value > $2
ORDER BY value
LIMIT $3
