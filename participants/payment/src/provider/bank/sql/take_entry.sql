INSERT INTO bank_entries (tenant, id, booked_on, amount_minor, currency, stated, payment, reason, remittance, taken_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (tenant, id) DO NOTHING
