SELECT coalesce(n_dead_tup, 0), pg_total_relation_size(relid), coalesce(autovacuum_count, 0)
FROM pg_stat_user_tables
WHERE relname = 'unsequenced'
