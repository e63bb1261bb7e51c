SELECT id, booked_on, amount_minor, currency, stated, payment_id, order_id, reason, remittance, taken_at
FROM bank_entries_shown
WHERE tenant = $1 AND (payment_id IS NULL OR NOT $2)
ORDER BY taken_at DESC, id DESC
LIMIT $3
