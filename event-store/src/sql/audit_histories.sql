-- Ids in the form that the engine writes sort like the ids themselves; other ids are no streams of its.
SELECT e.aggregate_id, e.sequence, coalesce(l.shard, 0::smallint), coalesce(l.position, 0), e.event_type, e.event_version,
       e.payload::text, e.metadata::text, e.event_id, e.tenant, e.recorded_at
FROM events e
LEFT JOIN log l
    ON l.aggregate_type = e.aggregate_type AND l.aggregate_id = e.aggregate_id AND l.sequence = e.sequence
WHERE e.aggregate_type = $1
  AND e.aggregate_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
ORDER BY e.aggregate_id, e.sequence
