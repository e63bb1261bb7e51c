\set i random(0, :pages - 1)
SELECT json_build_object('orders', json_build_object(
    'nodes', coalesce(json_agg(o) FILTER (WHERE place <= 100), '[]'),
    'pageInfo', json_build_object('hasNextPage', count(*) > 100, 'endCursor', max("orderId"::text)))) FROM (
        SELECT s.order_id AS "orderId", s.number, s.state, s.kind, s.country, s.currency, s.placed_at AS "placedAt",
               json_build_object('total', json_build_object('minor', s.total_minor), 'lineCount', s.line_count) AS totals,
               CASE WHEN s.customer IS NOT NULL THEN json_build_object('customerId', s.customer) END AS customer,
               row_number() OVER (ORDER BY coalesce(s.placed_at, '-infinity'::timestamptz) DESC, s.order_id DESC) AS place
        FROM bench_reads.pages p, LATERAL (
            SELECT * FROM order_summary
            WHERE tenant = :tenant AND state <> 'FOREIGN'
              AND (coalesce(placed_at, '-infinity'::timestamptz), order_id) < (p.placed_at, p.order_id)
            ORDER BY coalesce(placed_at, '-infinity'::timestamptz) DESC, order_id DESC
            LIMIT 101) s
        WHERE p.i = :i) o;
