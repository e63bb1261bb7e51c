SELECT id
FROM outgoing_transfers
WHERE refund_key = $1
