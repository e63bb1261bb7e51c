SELECT
    reference, payment_id, order_id, tenant, amount_minor, currency,
    captured_minor, capture_key, cancelled, received_minor, refunded_minor, returned_minor
FROM bank_payment_sums
WHERE
    opened_at >= $1
    AND (
        $2::text IS NULL
        OR (opened_at, reference) < (SELECT opened_at, reference FROM bank_payments WHERE reference = $2)
    )
ORDER BY opened_at DESC, reference DESC
LIMIT $3
