SELECT c.relname::text, c.relkind = 'i',
       CASE WHEN c.relkind = 'i' THEN pg_relation_size(c.oid) ELSE pg_table_size(c.oid) END
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace
  AND (c.relname IN ('events', 'log', 'idempotency', 'unsequenced')
       OR c.oid IN (SELECT i.indexrelid FROM pg_index i
                    WHERE i.indrelid IN ('events'::regclass, 'log'::regclass, 'idempotency'::regclass, 'unsequenced'::regclass)))
ORDER BY 1
