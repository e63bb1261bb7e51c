SELECT FROM public.projector_offset AS stored
WHERE group_name = $1
  AND EXISTS (
      SELECT FROM public.parked
      WHERE parked.group_name = stored.group_name AND parked.topic = stored.topic
        AND parked.partition = stored.partition AND parked.key = $2)
ORDER BY topic, partition
FOR UPDATE
