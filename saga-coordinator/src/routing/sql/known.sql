SELECT code, is_paused, details
FROM routed_locations
WHERE tenant = $1 AND code = ANY ($2)
