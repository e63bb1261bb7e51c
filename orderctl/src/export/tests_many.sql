INSERT INTO order_summary
    (order_id, tenant, version, state, kind, imported, number, customer, currency, total_minor, line_count, quantity_total,
     placed_at, updated_at, shard, position, encoded_lines)
SELECT gen_random_uuid(), 'shop', 1, 'PLACED', 'SALE', false, 'M-' || n, 'many', 'GBP', n, 0, 0,
       '2026-02-01Z'::timestamptz + n * interval '1 second', '2026-02-01Z', 0, n, '\x02'
FROM generate_series(1, $1::bigint) AS n
