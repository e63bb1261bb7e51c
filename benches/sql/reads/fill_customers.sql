INSERT INTO bench_reads.customers SELECT place - 1, key FROM unnest($1::text[]) WITH ORDINALITY AS keys (key, place)
