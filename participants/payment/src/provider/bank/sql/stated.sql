SELECT payment_id, currency
FROM bank_payments
WHERE tenant = $1 AND creditor_reference = $2
