SELECT {columns} FROM order_summary WHERE order_id = ANY ($1)
