-- A row in which no order counts any more is no row: a rebuild, which meets only the cancelled order, makes none.
DELETE FROM sku_sales
USING unnest($1::text[], $2::text[], $3::text[], $4::date[]) AS lessened (tenant, sku, currency, month)
WHERE sku_sales.tenant = lessened.tenant
  AND sku_sales.sku = lessened.sku
  AND sku_sales.currency = lessened.currency
  AND sku_sales.month = lessened.month
  AND {nothing}
