SELECT country, subject, details
FROM shipping_addresses
WHERE tenant = $1 AND order_id = $2
