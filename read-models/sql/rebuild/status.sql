SELECT model, generation, switched_at, previous_generation, kept_positions
FROM public.model_generation
ORDER BY model
