-- A row that no order is behind any more is no row: a rebuild, which meets only the corrected order, makes none.
DELETE FROM customer_summary
USING unnest($1::text[], $2::text[], $3::text[]) AS moved (tenant, customer, currency)
WHERE customer_summary.tenant = moved.tenant
  AND customer_summary.customer = moved.customer
  AND customer_summary.currency = moved.currency
  AND {nothing}
