-- Ids of orders as the engine gives them: UUIDv7, so growing with time, four orders a millisecond.
CREATE FUNCTION bench_order(stream bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN overlay(lpad(to_hex(1700000000000 + stream / 4), 12, '0') PLACING '-' FROM 9 FOR 0)
    || '-7' || substr(md5(stream::text), 1, 3) || '-a' || substr(md5(stream::text), 4, 3) || '-' || substr(md5(stream::text), 7, 12)
