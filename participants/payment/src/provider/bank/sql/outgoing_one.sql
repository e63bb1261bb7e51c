SELECT
    transfer.id, transfer.reason, transfer.amount_minor, transfer.currency, payment.payment_id, payment.order_id,
    transfer.created_at, transfer.done_at,
    (
        SELECT coalesce(array_agg(entry.id ORDER BY entry.taken_at, entry.id), ARRAY[]::text [])
        FROM bank_entries AS entry
        WHERE entry.payment = transfer.payment
    ) AS entries
FROM outgoing_transfers AS transfer
INNER JOIN bank_payments AS payment ON payment.reference = transfer.payment
WHERE transfer.tenant = $1 AND transfer.id = $2
