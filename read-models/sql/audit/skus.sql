SELECT tenant, sku, currency, month, orders, credits, quantity, revenue_minor::text
FROM sku_sales
