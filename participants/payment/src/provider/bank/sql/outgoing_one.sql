SELECT id, reason, amount_minor, currency, payment_id, order_id, created_at, done_at, entries
FROM outgoing_transfers_shown
WHERE tenant = $1 AND id = $2
