INSERT INTO backorders (stock_id, version, reservation_id)
VALUES ($1, $2, $3)
ON CONFLICT (stock_id, version) DO NOTHING
