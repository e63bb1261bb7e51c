SELECT model, generation, switched_at, previous_generation, kept_positions, kept_differs
FROM public.model_generation
ORDER BY model
