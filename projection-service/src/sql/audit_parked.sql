SELECT partition, "offset", order_id, reason, NULL AS given_up
FROM public.parked
WHERE group_name = $1 AND topic = $2
UNION ALL
SELECT partition, "offset", order_id, reason, dropped_because
FROM public.parked_dropped
WHERE group_name = $1 AND topic = $2
ORDER BY partition, "offset"
