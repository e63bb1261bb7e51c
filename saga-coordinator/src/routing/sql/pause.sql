UPDATE routed_locations
SET version = $3, is_paused = $4
WHERE tenant = $1 AND code = $2 AND version < $3
