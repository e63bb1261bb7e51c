SELECT reference
FROM bank_payments
WHERE reference = $1
FOR UPDATE
