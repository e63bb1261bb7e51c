-- 40,000 sagas of two tenants. Nine in ten have ended, one in 400 has a task.
SET default_statistics_target TO 200;
INSERT INTO saga (
    order_id, tenant, version, flow, state, task, task_opened_at, task_deadline, task_escalations, pending, started_at, changed_at,
    updated_at, shard, position)
SELECT md5('o' || n)::uuid, CASE WHEN n % 5 = 0 THEN 'other' ELSE 'shop' END, 3, 1,
       CASE WHEN n % 10 > 0 THEN 'ENDED' WHEN n % 100 = 10 THEN 'UNDOING' ELSE 'RUNNING' END,
       CASE WHEN has_task THEN 'REVIEW' END, CASE WHEN has_task THEN moment END,
       CASE WHEN has_task THEN moment + interval '1 day' END, 0, '[]', moment, moment, moment, 0, n
FROM generate_series(1, 40000) AS n
CROSS JOIN LATERAL (
    SELECT n % 400 = 1 AS has_task, timestamptz '2026-01-01' + interval '1 second' * n AS moment) AS chosen;
INSERT INTO saga_event (order_id, version, event_id, type, at, recorded_at, body, shard, position)
SELECT order_id, versions.version, md5(order_id || ' ' || versions.version)::uuid, 'OrderReady', changed_at, updated_at, '{}', 0, 1
FROM (SELECT * FROM saga LIMIT 2000) AS sagas
CROSS JOIN generate_series(1, 3) AS versions (version);
ANALYZE saga, saga_event;
