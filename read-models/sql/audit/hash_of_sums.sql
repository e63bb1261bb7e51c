SELECT coalesce(sum(('x' || substr(md5(hashed::text), 1, 15))::bit(60)::bigint), 0)::text
FROM (SELECT {columns} FROM one.model) AS hashed
