INSERT INTO log (shard, position, aggregate_type, aggregate_id, sequence)
SELECT 0, $3::bigint + 1 + (n - $1::bigint), 'order', bench_order(n / 256 * 64 + n % 64), n % 256 / 64 + 1
FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS n
