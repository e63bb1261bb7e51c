WITH gone AS (DELETE FROM public.parked WHERE group_name = $1 AND topic = $2 RETURNING *)
INSERT INTO public.parked_dropped
    (id, group_name, topic, partition, "offset", key, order_id, reason, record, headers, at, dropped_because)
SELECT
    id, group_name, topic, partition, "offset", key, order_id, reason, record, headers, at,
    'the read models were made anew from the log'
FROM gone
