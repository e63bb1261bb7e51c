DELETE FROM public.parked WHERE id = ANY ($1)
