SELECT {columns} FROM order_lines WHERE order_id = ANY ($1) ORDER BY order_id, ordinal
