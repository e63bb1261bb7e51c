\set d random(100, 40000)
SELECT json_build_object('nodes', json_agg(x)) FROM (
    SELECT order_id AS "orderId", number, state, currency, placed_at AS "placedAt",
           json_build_object('total', json_build_object('minor', total_minor), 'lineCount', line_count) AS totals,
           json_build_object('customerId', customer) AS customer
    FROM order_summary_g1.order_summary
    WHERE tenant = 'default' AND state = 'PLACED'
      AND (coalesce(placed_at, '-infinity'::timestamptz), order_id)
          < ('2026-09-21 14:13:20.123456Z'::timestamptz + :d * interval '300 s', '00000000-0000-0000-0000-000000000000'::uuid)
    ORDER BY coalesce(placed_at, '-infinity'::timestamptz) DESC, order_id DESC
    LIMIT 50) x;
