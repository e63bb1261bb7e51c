SELECT model, generation, filled FROM public.model_generation
