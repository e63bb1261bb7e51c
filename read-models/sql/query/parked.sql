SELECT group_name, count(*) AS records, count(DISTINCT key) AS keys
FROM public.parked
GROUP BY group_name
ORDER BY group_name
