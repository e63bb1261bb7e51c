SELECT location, sku, available, backorder_allowed
FROM stock
WHERE tenant = $1 AND sku = ANY ($2) AND location = ANY ($3)
