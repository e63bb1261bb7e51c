INSERT INTO public.model_generation (model, generation)
VALUES ($1, $2)
ON CONFLICT (model) DO UPDATE SET generation = excluded.generation, switched_at = now()
