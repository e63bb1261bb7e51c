SELECT id, booked_on, amount_minor, currency, stated, payment_id, order_id, reason, remittance, taken_at
FROM bank_entries_shown
WHERE tenant = $1 AND (payment_id IS NULL OR NOT $2) AND (taken_at, id) < (coalesce($3, 'infinity'::timestamptz), $4)
ORDER BY taken_at DESC, id DESC
LIMIT $5
