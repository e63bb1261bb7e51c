\set i random(0, :filters - 1)
SELECT json_build_object('orders', json_build_object(
    'nodes', coalesce(json_agg(o) FILTER (WHERE place <= 50), '[]'),
    'pageInfo', json_build_object('hasNextPage', count(*) > 50, 'endCursor', max("orderId"::text)))) FROM (
        SELECT s.order_id AS "orderId", s.number, s.state, s.kind, s.country, s.currency, s.placed_at AS "placedAt",
               json_build_object('total', json_build_object('minor', s.total_minor), 'lineCount', s.line_count) AS totals,
               CASE WHEN s.customer IS NOT NULL THEN json_build_object('customerId', s.customer) END AS customer,
               row_number() OVER (ORDER BY coalesce(s.placed_at, '-infinity'::timestamptz) DESC, s.order_id DESC) AS place
        FROM order_summary s
        WHERE s.tenant = :tenant AND s.state = 'COMPLETED'
          AND s.country = (SELECT country FROM bench_reads.filters WHERE i = :i)
        ORDER BY coalesce(s.placed_at, '-infinity'::timestamptz) DESC, s.order_id DESC
        LIMIT 51) o;
