SELECT {columns} FROM {table} WHERE {id} = ANY ($1)
