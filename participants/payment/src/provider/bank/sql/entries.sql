SELECT
    entry.id, entry.booked_on, entry.amount_minor, entry.currency, entry.stated, payment.payment_id, payment.order_id,
    entry.reason, entry.remittance, entry.taken_at
FROM bank_entries AS entry
LEFT JOIN bank_payments AS payment ON payment.reference = entry.payment
WHERE entry.tenant = $1 AND (entry.payment IS NULL OR NOT $2)
ORDER BY entry.taken_at DESC, entry.id DESC
LIMIT $3
