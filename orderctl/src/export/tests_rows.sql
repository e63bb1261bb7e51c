INSERT INTO order_summary
    (order_id, tenant, version, state, kind, imported, source, reference, credit_of, number, customer, country, currency,
     total_minor, line_count, quantity_total, placed_at, imported_at, updated_at, shard, position, encoded_lines)
VALUES
    ('00000000-0000-8000-8000-000000000001', 'shop', 1, 'COMPLETED', 'SALE', true, 'till', '1', NULL, 'A-1', 'c-1', 'GB', 'GBP',
     1276, 2, 6, '2011-01-31 10:00:00Z', '2026-01-01Z', '2026-01-01Z', 0, 1, '\x02'),
    ('00000000-0000-8000-8000-000000000002', 'shop', 1, 'COMPLETED', 'CREDIT', true, 'till', '2', '1', 'C-2', NULL, 'GB', 'GBP',
     -510, 1, -2, '2011-02-01 10:00:00Z', '2026-01-01Z', '2026-01-01Z', 0, 2, '\x02'),
    ('00000000-0000-8000-8000-000000000003', 'shop', 4, 'PLACED', 'SALE', false, NULL, NULL, NULL, 'A-3', 'o''neill', 'JP', 'JPY',
     101, 0, 0, '2026-01-01 10:00:00.123456Z', NULL, '2026-01-01Z', 0, 3, '\x02'),
    ('00000000-0000-8000-8000-000000000004', 'other', 1, 'DRAFT', 'SALE', false, NULL, NULL, NULL, NULL, 'c-1', NULL, 'GBP',
     0, 0, 0, NULL, NULL, '2026-01-01Z', 0, 4, '\x02');
INSERT INTO order_lines (order_id, line_id, ordinal, sku, description, quantity, unit_price, total_minor,
    open, reserved, backordered, in_fulfilment, shipped, delivered, cancelled)
VALUES
    ('00000000-0000-8000-8000-000000000001', '00000000-0000-8000-8000-0000000000a1', 0, '85123A', 'holder', 5, 25500, 1275,
     0, 0, 0, 0, 0, 0, 0),
    ('00000000-0000-8000-8000-000000000001', '00000000-0000-8000-8000-0000000000a2', 1, 'GIFT', NULL, 1, 100, 1,
     0, 0, 0, 0, 0, 0, 0),
    ('00000000-0000-8000-8000-000000000002', '00000000-0000-8000-8000-0000000000a3', 0, '85123A', E'a "quoted", line\nbreak', 2,
     25525, 510, 0, 0, 0, 0, 0, 0, 0);
