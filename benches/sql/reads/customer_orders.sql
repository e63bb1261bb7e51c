\set i random(0, :customers - 1)
SELECT json_build_object('customer', json_build_object('customerId', c.customer, 'orders', json_build_object('nodes', (
    SELECT json_agg(o) FROM (
        SELECT s.order_id AS "orderId", s.number, s.state, s.kind, s.country, s.currency, s.placed_at AS "placedAt",
               json_build_object('total', json_build_object('minor', s.total_minor), 'lineCount', s.line_count) AS totals,
               json_build_object('nodes', (
                   SELECT json_agg(l) FROM (
                       SELECT line_id AS "lineId", sku, description, quantity,
                              json_build_object('minor', total_minor) AS total
                       FROM order_lines WHERE order_id = s.order_id ORDER BY ordinal LIMIT 20) l)) AS lines
        FROM order_summary s
        WHERE s.tenant = :tenant AND s.customer = c.customer AND s.state <> 'FOREIGN'
        ORDER BY coalesce(s.placed_at, '-infinity'::timestamptz) DESC, s.order_id DESC
        LIMIT 20) o))))
FROM bench_reads.customers c WHERE c.i = :i;
