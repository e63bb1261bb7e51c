SELECT
    (SELECT count(*) FROM public.parked_request_keys WHERE group_name = $1 AND topic = $2 AND partition = $3),
    (SELECT count(*) FROM public.parked_requests WHERE group_name = $1 AND topic = $2 AND partition = $3)
