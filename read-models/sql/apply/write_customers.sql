INSERT INTO customer_summary (
    tenant, customer, currency, orders, credits, cancelled, revenue_minor, first_placed_at, last_placed_at)
SELECT tenant, customer, currency, orders, credits, cancelled, revenue::numeric, first_placed_at, last_placed_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::timestamptz[],
    $9::timestamptz[])
    AS change (tenant, customer, currency, orders, credits, cancelled, revenue, first_placed_at, last_placed_at)
ON CONFLICT (tenant, customer, currency) DO UPDATE SET
    orders = customer_summary.orders + excluded.orders,
    credits = customer_summary.credits + excluded.credits,
    cancelled = customer_summary.cancelled + excluded.cancelled,
    revenue_minor = customer_summary.revenue_minor + excluded.revenue_minor,
    first_placed_at = least(customer_summary.first_placed_at, excluded.first_placed_at),
    last_placed_at = greatest(customer_summary.last_placed_at, excluded.last_placed_at)
