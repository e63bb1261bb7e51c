SELECT order_id AS id, version, tenant, NULL::text AS customer FROM saga WHERE order_id = ANY ($1)
