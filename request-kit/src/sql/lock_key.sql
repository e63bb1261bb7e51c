SELECT 1 FROM public.parked_request_keys WHERE group_name = $1 AND topic = $2 AND key = $3 FOR UPDATE
