SELECT subject, wrapped_key
FROM subject_keys
WHERE tenant = $1 AND subject = ANY ($2)
