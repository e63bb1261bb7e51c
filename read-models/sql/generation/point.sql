INSERT INTO public.model_generation AS pointer (model, generation, filled)
VALUES ($1, $2, $4)
ON CONFLICT (model) DO UPDATE SET
    generation = excluded.generation,
    filled = excluded.filled,
    switched_at = now(),
    previous_generation = pointer.generation,
    kept_positions = $3,
    kept_differs = false
