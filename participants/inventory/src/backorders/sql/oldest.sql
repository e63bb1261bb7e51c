SELECT version, reservation_id
FROM backorders
WHERE stock_id = $1
ORDER BY version
LIMIT 1
