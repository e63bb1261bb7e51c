\set i random(0, :orders - 1)
SELECT json_build_object('order', json_build_object(
    'orderId', s.order_id, 'number', s.number, 'state', s.state, 'kind', s.kind, 'country', s.country,
    'currency', s.currency, 'placedAt', s.placed_at, 'version', s.version,
    'totals', json_build_object('total', json_build_object('minor', s.total_minor), 'lineCount', s.line_count),
    'customer', CASE WHEN s.customer IS NOT NULL THEN json_build_object('customerId', s.customer) END,
    'shippingAddress', CASE WHEN s.shipping_address IS NOT NULL
                            THEN json_build_object('country', s.shipping_address ->> 'country') END,
    'billingAddress', CASE WHEN s.billing_address IS NOT NULL
                           THEN json_build_object('country', s.billing_address ->> 'country') END,
    'lines', json_build_object('nodes', (
        SELECT json_agg(l) FROM (
            SELECT line_id AS "lineId", sku, description, quantity,
                   json_build_object('amount', (unit_price / 10000.0)::text) AS "unitPrice",
                   json_build_object('minor', total_minor) AS total
            FROM order_lines WHERE order_id = s.order_id ORDER BY ordinal LIMIT 100) l)),
    'timeline', json_build_object('nodes', (
        SELECT json_agg(e) FROM (
            SELECT version, type, event_id AS "eventId", at, recorded_at AS "recordedAt",
                   correlation_id AS "correlationId"
            FROM order_timeline WHERE order_id = s.order_id ORDER BY version LIMIT 20) e))))
FROM bench_reads.orders o JOIN order_summary s ON s.order_id = o.order_id
WHERE o.i = :i AND s.tenant = :tenant;
