-- 60,000 items of two tenants: 2,000 SKUs at 30 locations. What is available lies evenly between 0 and 999, but for one item in
-- 1,000, of which next to nothing is there. 30,000 reservations, of which one in 1,000 is expired and not yet given back.
SET default_statistics_target TO 200;
INSERT INTO stock (
    stock_id, tenant, location, sku, version, on_hand, reserved, backordered, safety_stock, available, backorder_allowed,
    changed_at, updated_at, shard, position)
SELECT md5(location || ' ' || sku)::uuid, CASE WHEN sku % 5 = 0 THEN 'other' ELSE 'shop' END,
       'loc-' || location, 'SKU-' || lpad(sku::text, 4, '0'), 3, available, 0, 0, 0, available, false,
       timestamptz '2026-01-01', timestamptz '2026-01-01', 0, location * 2000 + sku
FROM generate_series(1, 30) AS location
CROSS JOIN generate_series(1, 2000) AS sku
CROSS JOIN LATERAL (
    SELECT CASE WHEN (location * 2000 + sku) % 1000 = 0 THEN 1
                ELSE 2 + ('x' || substr(md5(location || '.' || sku), 1, 7))::bit(28)::int % 998 END AS available
) AS chosen;
INSERT INTO stock_movement (stock_id, version, event_id, type, at, recorded_at, body, shard, position)
SELECT stock_id, versions.version, md5(stock_id || ' ' || versions.version)::uuid, 'StockAdjusted', changed_at, updated_at, '{}', 0, 1
FROM (SELECT * FROM stock LIMIT 2000) AS items
CROSS JOIN generate_series(1, 3) AS versions (version);
INSERT INTO reservation (
    reservation_id, tenant, version, state, order_id, location, expires_at, lines, changed_at, updated_at, shard, position)
SELECT md5('r' || n)::uuid, CASE WHEN n % 5 = 0 THEN 'other' ELSE 'shop' END, 1,
       CASE WHEN n % 1000 = 1 THEN 'EXPIRED' WHEN n % 3 = 0 THEN 'GRANTED' ELSE 'SHIPPED' END, md5('o' || n / 2)::uuid, 'loc-1',
       timestamptz '2026-01-01' + interval '1 second' * n, '[]', timestamptz '2026-01-01', timestamptz '2026-01-01', 0, n
FROM generate_series(1, 30000) AS n;
ANALYZE stock, stock_movement, reservation;
