SELECT nspname::text
FROM pg_namespace
WHERE nspname ~ '^(order_summary|order_lines|order_timeline|customer_summary|sku_sales)_g[0-9]+$'
  AND nspname NOT IN (
      SELECT model || '_g' || kept
      FROM public.model_generation, unnest(ARRAY[generation, previous_generation]) AS kept
      WHERE kept IS NOT NULL)
