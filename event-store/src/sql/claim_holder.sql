SELECT aggregate_id
FROM claims
WHERE scope = $1 AND value = $2
