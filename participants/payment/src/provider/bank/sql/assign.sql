UPDATE bank_entries
SET payment = $3, reason = NULL, remittance = NULL, assigned_by = $4
WHERE tenant = $1 AND id = $2 AND payment IS NULL
