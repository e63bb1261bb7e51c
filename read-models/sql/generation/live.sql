SELECT model, generation FROM public.model_generation
