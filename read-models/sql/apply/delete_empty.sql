-- A row that nothing contributes to any more is no row: a rebuild, which meets only what streams are now, makes none.
DELETE FROM {table} USING {keys} WHERE {is_of_keys} AND {nothing}
