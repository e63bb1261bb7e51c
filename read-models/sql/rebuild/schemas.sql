-- Schemas of generations that are neither live nor kept.
SELECT nspname::text
FROM pg_namespace
WHERE nspname ~ ('^(' || array_to_string($1::text[], '|') || ')_g[0-9]+$')
  AND nspname NOT IN (
      SELECT model || '_g' || kept
      FROM public.model_generation, unnest(ARRAY[generation, previous_generation]) AS kept
      WHERE kept IS NOT NULL)
