SELECT order_id, version, tenant, customer
FROM order_summary
WHERE order_id = ANY ($1)
