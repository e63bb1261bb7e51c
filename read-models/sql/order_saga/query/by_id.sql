SELECT {columns} FROM saga WHERE order_id = ANY ($1) AND tenant = $2
