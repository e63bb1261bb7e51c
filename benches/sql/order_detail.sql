\set n random(0, 39999)
SELECT json_build_object(
    'orderId', o.order_id, 'number', o.number, 'state', o.state, 'currency', o.currency, 'placedAt', o.placed_at,
    'totals', json_build_object('total', json_build_object('minor', o.total_minor), 'lineCount', o.line_count),
    'customer', json_build_object('customerId', o.customer),
    'lines', json_build_object('nodes', (
        SELECT json_agg(l) FROM (
            SELECT line_id AS "lineId", sku, quantity,
                   json_build_object('amount', (unit_price / 10000.0)::text) AS "unitPrice",
                   json_build_object('minor', total_minor) AS total
            FROM order_lines_g1.order_lines WHERE order_id = o.order_id ORDER BY ordinal) l)))
FROM order_summary_g1.order_summary o
WHERE o.tenant = 'default' AND coalesce(o.number, '') = (:n::bigint)::text;
