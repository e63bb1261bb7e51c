INSERT INTO outgoing_transfers (id, tenant, payment, reason, refund_key, amount_minor, currency, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
