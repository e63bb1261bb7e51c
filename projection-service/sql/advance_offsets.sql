-- Compare-and-set: a projector that was paused and replaced finds another offset and changes nothing.
UPDATE public.projector_offset AS stored
SET next_offset      = moved.next_offset,
    last_offset      = coalesce(moved.last_offset, stored.last_offset),
    last_event_id    = CASE WHEN moved.last_offset IS NULL THEN stored.last_event_id ELSE moved.last_event_id END,
    last_position    = CASE WHEN moved.last_offset IS NULL THEN stored.last_position ELSE moved.last_position END,
    last_recorded_at = coalesce(moved.last_recorded_at, stored.last_recorded_at),
    lag_ms           = coalesce(moved.lag_ms, stored.lag_ms),
    updated_at       = now()
FROM unnest($3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::uuid[], $8::text[], $9::timestamptz[], $10::bigint[])
    AS moved (partition, expected, next_offset, last_offset, last_event_id, last_position, last_recorded_at, lag_ms)
WHERE stored.group_name = $1
  AND stored.topic = $2
  AND stored.partition = moved.partition
  AND stored.next_offset = moved.expected
