DELETE FROM backorders
WHERE stock_id = $1 AND version = $2
