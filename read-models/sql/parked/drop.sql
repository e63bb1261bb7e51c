WITH gone AS (DELETE FROM public.parked WHERE id = $1 RETURNING *)
INSERT INTO public.parked_dropped
    (id, group_name, topic, partition, "offset", key, order_id, reason, record, headers, at, dropped_because)
SELECT id, group_name, topic, partition, "offset", key, order_id, reason, record, headers, at, $2 FROM gone
