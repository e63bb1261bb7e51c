-- Events as 64 orders at a time make them: in each block of 256 every order takes its four steps.
INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, tenant)
SELECT 'order', bench_order(n / 256 * 64 + n % 64), step, ($3::text[])[step], ($4::text[])[step],
       ($5::text[])[step]::json, ($6::text[])[step]::json, 'shop'
FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS n
CROSS JOIN LATERAL (SELECT (n % 256 / 64 + 1)::int AS step) AS s
