SELECT {columns} FROM stock WHERE stock_id = ANY ($1) AND tenant = $2
