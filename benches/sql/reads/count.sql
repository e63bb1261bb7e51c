\set i random(:first_count, :filters - 1)
SELECT json_build_object('orders', json_build_object('totalCount', count(*))) FROM (
    SELECT FROM order_summary
    WHERE tenant = :tenant AND state = 'COMPLETED'
      AND country = (SELECT country FROM bench_reads.filters WHERE i = :i)
    LIMIT 10001) o;
