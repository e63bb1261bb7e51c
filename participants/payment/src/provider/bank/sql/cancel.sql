UPDATE bank_payments
SET cancelled = true
WHERE reference = $1
