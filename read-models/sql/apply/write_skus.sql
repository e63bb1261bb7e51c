INSERT INTO sku_sales (tenant, sku, currency, month, orders, credits, quantity, revenue_minor)
SELECT tenant, sku, currency, month, orders, credits, quantity, revenue::numeric
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::date[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[])
    AS change (tenant, sku, currency, month, orders, credits, quantity, revenue)
ON CONFLICT (tenant, sku, currency, month) DO UPDATE SET
    orders = sku_sales.orders + excluded.orders,
    credits = sku_sales.credits + excluded.credits,
    quantity = sku_sales.quantity + excluded.quantity,
    revenue_minor = sku_sales.revenue_minor + excluded.revenue_minor
