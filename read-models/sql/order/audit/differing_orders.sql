SELECT DISTINCT order_id::text
FROM (
    (TABLE live.model EXCEPT ALL TABLE kept.model)
    UNION ALL
    (TABLE kept.model EXCEPT ALL TABLE live.model)
) AS differing
WHERE EXISTS (
    SELECT
    FROM live.order_summary AS live
    JOIN kept.order_summary AS kept USING (order_id, version)
    WHERE live.order_id = differing.order_id)
ORDER BY 1
LIMIT 20
