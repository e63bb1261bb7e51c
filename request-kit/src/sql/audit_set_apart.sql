-- In one statement, so that a record which is discarded meanwhile is in one of the two.
SELECT partition, "offset", false FROM public.parked_requests WHERE group_name = $1 AND topic = $2
UNION ALL
SELECT partition, "offset", true FROM public.discarded_requests WHERE group_name = $1 AND topic = $2
