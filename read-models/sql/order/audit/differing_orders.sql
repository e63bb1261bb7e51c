SELECT DISTINCT order_id::text
FROM (
    (SELECT {columns} FROM live.model EXCEPT ALL SELECT {columns} FROM kept.model)
    UNION ALL
    (SELECT {columns} FROM kept.model EXCEPT ALL SELECT {columns} FROM live.model)
) AS differing
WHERE EXISTS (
    SELECT
    FROM live.order_summary AS live
    JOIN kept.order_summary AS kept USING (order_id, version)
    WHERE live.order_id = differing.order_id)
ORDER BY 1
LIMIT 20
