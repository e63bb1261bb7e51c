-- Where page after page begins, as the last order before it; the first page begins after everything.
INSERT INTO bench_reads.pages
SELECT page, last.placed_at, last.order_id
FROM generate_series(1, $2 - 1) AS page, LATERAL (
    SELECT coalesce(placed_at, '-infinity'::timestamptz) AS placed_at, order_id
    FROM order_summary
    WHERE tenant = $1 AND state <> 'FOREIGN'
    ORDER BY 1 DESC, 2 DESC
    OFFSET page * $3 - 1
    LIMIT 1) AS last
UNION ALL
SELECT 0, 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'
