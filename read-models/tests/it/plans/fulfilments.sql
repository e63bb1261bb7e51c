-- 40,000 fulfilments of two tenants at 20 locations. One in 20 has not left its location. Of the others most have arrived, one in 50 is
-- on its way, and one in 1,000 is lost. One in 200 left with a carrier that is seldom used.
SET default_statistics_target TO 200;
INSERT INTO fulfilment (
    fulfilment_id, tenant, version, state, order_id, location, released, lines, carrier, requested_at, shipped_at, changed_at,
    updated_at, shard, position)
SELECT md5('f' || n)::uuid, CASE WHEN n % 5 = 0 THEN 'other' ELSE 'shop' END, 3, state, md5('o' || n)::uuid, 'loc-' || n / 7 % 20,
       n % 3 = 0, '[]', CASE WHEN has_left THEN CASE WHEN n % 200 = 7 THEN 'pigeon' ELSE 'post' END END, moment,
       CASE WHEN has_left THEN moment + interval '1 hour' END, moment, moment, 0, n
FROM generate_series(1, 40000) AS n
CROSS JOIN LATERAL (
    SELECT n % 20 > 0 AS has_left, timestamptz '2026-01-01' + interval '1 second' * n AS moment) AS chosen
CROSS JOIN LATERAL (
    SELECT CASE WHEN n % 1000 = 1 THEN 'LOST' WHEN n % 50 = 3 THEN 'SHIPPED' WHEN has_left THEN 'DELIVERED'
                WHEN n % 40 = 0 THEN 'REQUESTED' ELSE 'PACKED' END AS state) AS named;
ANALYZE fulfilment;
