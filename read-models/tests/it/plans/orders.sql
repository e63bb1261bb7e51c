-- $1 orders of two tenants. Each column has frequent values, and rare ones in one order of 2,500. Drafts have no time of placement,
-- and only imported orders have a source and a reference; otherwise the columns are independent of each other.
INSERT INTO order_summary (
    order_id, tenant, version, state, kind, imported, source, reference, number, customer, country, currency, total_minor,
    line_count, quantity_total, drafted_at, placed_at, updated_at, payment_status, fulfilment_status, holds, shipping_address, shard,
    position, encoded_lines)
SELECT md5(n::text)::uuid, CASE WHEN n % 5 = 0 THEN 'other' ELSE 'shop' END, 5,
       CASE WHEN state < 4 THEN 'CANCELLED' WHEN state < 6 THEN 'FOREIGN' WHEN state < 2000 THEN 'DRAFT'
            WHEN state < 5000 THEN 'PLACED' ELSE 'COMPLETED' END,
       CASE WHEN kind < 4 THEN 'CREDIT' ELSE 'SALE' END,
       imported >= 4,
       CASE WHEN imported < 4 THEN NULL WHEN source < 4 THEN 'rare' WHEN source < 5000 THEN 'web' ELSE 'till' END,
       CASE WHEN imported >= 4 THEN 'R' || n END,
       CASE WHEN number >= 4 THEN 'SO-' || lpad(n::text, 10, '0') END,
       CASE WHEN customer >= 4 THEN CASE WHEN customer < 2000 THEN 'big' ELSE 'c' || n % 2500 END END,
       CASE WHEN country < 4 THEN 'LI' WHEN country < 8 THEN NULL WHEN country < 2000 THEN 'DE' WHEN country < 4000 THEN 'FR'
            ELSE 'GB' END,
       CASE WHEN currency < 4 THEN 'CHF' WHEN currency < 3000 THEN 'EUR' ELSE 'GBP' END,
       total, 3, 5, moment, CASE WHEN state >= 2000 AND placed >= 4 THEN moment END, moment + interval '1 hour',
       CASE WHEN payment < 4 THEN 'FAILED' WHEN payment < 5000 THEN 'CAPTURED' WHEN payment < 7000 THEN 'AUTHORIZED' END,
       CASE WHEN fulfilment < 4 THEN 'SHIPPED' WHEN fulfilment < 6000 THEN 'DELIVERED' ELSE 'UNFULFILLED' END,
       CASE WHEN held < 4 THEN 'FRAUD MANUAL' WHEN held < 8 THEN 'STOCK' END,
       jsonb_build_object('country', 'GB', 'details', jsonb_build_object('subject', 'customer:c', 'data', repeat('A', 200))), 0, n,
       '\x02'::bytea
FROM generate_series(1, $1::int) AS n
CROSS JOIN LATERAL (
    SELECT ('x' || substr(hash, 1, 7))::bit(28)::int % 10000 AS state,
           ('x' || substr(hash, 5, 7))::bit(28)::int % 10000 AS kind,
           ('x' || substr(hash, 9, 7))::bit(28)::int % 10000 AS imported,
           ('x' || substr(hash, 13, 7))::bit(28)::int % 10000 AS source,
           ('x' || substr(hash, 21, 7))::bit(28)::int % 10000 AS number,
           ('x' || substr(hash, 25, 7))::bit(28)::int % 10000 AS customer,
           ('x' || substr(other, 1, 7))::bit(28)::int % 10000 AS country,
           ('x' || substr(other, 5, 7))::bit(28)::int % 10000 AS currency,
           ('x' || substr(other, 9, 7))::bit(28)::int % 10000 AS placed,
           ('x' || substr(other, 13, 7))::bit(28)::int % 100000 AS total,
           ('x' || substr(other, 21, 7))::bit(28)::int % 10000 AS payment,
           ('x' || substr(other, 25, 7))::bit(28)::int % 10000 AS fulfilment,
           ('x' || substr(hash, 3, 7))::bit(28)::int % 10000 AS held,
           timestamptz '2026-01-01' + interval '1 second' * (('x' || substr(other, 17, 7))::bit(28)::int % 10000000) AS moment
    FROM (VALUES (md5('a' || n), md5('b' || n))) AS hashes (hash, other)
) AS chosen
