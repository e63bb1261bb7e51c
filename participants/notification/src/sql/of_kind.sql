SELECT endpoint FROM webhook_endpoints
WHERE tenant = $1 AND enabled AND (cardinality(kinds) = 0 OR $2 = ANY (kinds))
ORDER BY endpoint
