INSERT INTO bench_reads.orders SELECT place - 1, key::uuid FROM unnest($1::text[]) WITH ORDINALITY AS keys (key, place)
