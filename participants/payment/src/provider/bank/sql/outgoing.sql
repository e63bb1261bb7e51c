SELECT id, reason, amount_minor, currency, payment_id, order_id, created_at, done_at, entries
FROM outgoing_transfers_shown
WHERE tenant = $1 AND done_at IS NULL AND (created_at, id) > (coalesce($2, '-infinity'::timestamptz), $3)
ORDER BY created_at, id
LIMIT $4
