UPDATE public.parked SET reason = $2 WHERE id = $1
