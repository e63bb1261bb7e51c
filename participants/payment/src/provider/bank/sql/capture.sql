UPDATE bank_payments
SET captured_minor = $2, capture_key = $3
WHERE reference = $1
