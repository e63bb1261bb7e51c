SELECT stock_id AS id, version, tenant, NULL::text AS customer FROM stock WHERE stock_id = ANY ($1)
