SELECT order_id AS id, version, tenant, customer
FROM order_summary
WHERE order_id = ANY ($1)
