-- The groups for which records of a key are parked, or the one of a single record.
SELECT DISTINCT group_name
FROM public.parked
WHERE key = $1 AND ($2::bigint IS NULL OR id = $2)
ORDER BY group_name
