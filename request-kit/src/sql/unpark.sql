DELETE FROM public.parked_requests WHERE id = $1
