SELECT {columns} FROM fulfilment WHERE fulfilment_id = $1 AND tenant = $2
