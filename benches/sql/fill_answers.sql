INSERT INTO idempotency (id, fingerprint, answer)
SELECT decode(md5('key' || n), 'hex'), decode(md5(n::text) || md5('body' || n), 'hex'),
       json_build_object('status', 201, 'orderId', bench_order(n / 256 * 64 + n % 64), 'version', 1,
                         'eventIds', json_build_array(gen_random_uuid()))
FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS n
WHERE n % 256 < 64
