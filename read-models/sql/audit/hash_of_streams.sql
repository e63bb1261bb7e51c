-- Independent of the rows' order: the sum of a hash of each row's text.
SELECT coalesce(sum(('x' || substr(md5(hashed::text), 1, 15))::bit(60)::bigint), 0)::text
FROM (SELECT {columns} FROM one.model) AS hashed
WHERE EXISTS (
    SELECT
    FROM live.view AS live
    JOIN kept.view AS kept USING ({id}, version)
    WHERE live.{id} = hashed.{id})
