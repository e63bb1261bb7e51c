INSERT INTO bank_payments (reference, payment_id, order_id, tenant, creditor_reference, amount_minor, currency, opened_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (reference) DO NOTHING
