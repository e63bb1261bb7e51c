SELECT DISTINCT {id}::text
FROM (
    (SELECT {columns} FROM live.model EXCEPT ALL SELECT {columns} FROM kept.model)
    UNION ALL
    (SELECT {columns} FROM kept.model EXCEPT ALL SELECT {columns} FROM live.model)
) AS differing
WHERE EXISTS (
    SELECT
    FROM live.view AS live
    JOIN kept.view AS kept USING ({id}, version)
    WHERE live.{id} = differing.{id})
ORDER BY 1
LIMIT 20
