-- A combination that no order has any more is no row: a rebuild makes none.
DELETE FROM order_counts
USING unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[])
    AS lessened (tenant, state, kind, imported, country, currency)
WHERE order_counts.tenant = lessened.tenant
  AND order_counts.state = lessened.state
  AND order_counts.kind = lessened.kind
  AND order_counts.imported = lessened.imported
  AND order_counts.country = lessened.country
  AND order_counts.currency = lessened.currency
  AND {nothing}
