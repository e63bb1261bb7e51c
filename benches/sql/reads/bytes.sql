SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY ($1) AND c.relkind = 'r'
