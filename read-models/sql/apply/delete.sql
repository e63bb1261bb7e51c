DELETE FROM {table} USING {keys} WHERE {is_of_keys}
