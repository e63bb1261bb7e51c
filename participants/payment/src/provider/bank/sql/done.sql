UPDATE outgoing_transfers
SET done_at = $3, done_by = $4
WHERE tenant = $1 AND id = $2 AND done_at IS NULL
