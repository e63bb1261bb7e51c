SELECT
    reference, payment_id, order_id, tenant, amount_minor, currency,
    captured_minor, capture_key, cancelled, received_minor, refunded_minor, returned_minor
FROM bank_payment_sums
WHERE reference = $1
