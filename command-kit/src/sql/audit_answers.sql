-- Kept answers of success about streams of a kind ($2), whose ids are in a field ($3), and for each event that one names, what is stored at its version. One that names none found its work
-- done: the version must be there all the same.
SELECT encode(kept.id, 'hex'), done.stream_id, done.version, claimed.event_id
FROM idempotency kept
CROSS JOIN LATERAL (
    SELECT kept.answer -> 'done' ->> $3::text AS stream_id, (kept.answer -> 'done' ->> 'version')::bigint AS version,
           kept.answer -> 'done' -> 'eventIds' AS event_ids) AS done
LEFT JOIN LATERAL json_array_elements_text(done.event_ids) WITH ORDINALITY AS claimed (event_id, ordinal) ON true
LEFT JOIN events e
    ON e.aggregate_type = $2 AND e.aggregate_id = done.stream_id
    AND e.sequence = done.version - json_array_length(done.event_ids) + coalesce(claimed.ordinal, 0)
WHERE done.stream_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM unnest($4::text[]) AS other (field) WHERE kept.answer -> 'done' ->> other.field IS NOT NULL)
  AND (e.event_id IS NULL OR e.event_id::text <> claimed.event_id)
LIMIT $1
