UPDATE public.model_generation SET kept_differs = true WHERE model = ANY ($1)
