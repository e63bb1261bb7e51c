-- Events that kept answers of success name and that are not stored. Of answers about one stream of the kind that has its id in a field
-- ($2) more is known, so those are left out.
SELECT encode(kept.id, 'hex'), claimed.event_id
FROM idempotency kept
CROSS JOIN LATERAL json_array_elements_text(kept.answer -> 'done' -> 'eventIds') AS claimed (event_id)
WHERE (kept.answer -> 'done' ->> $2::text IS NULL
       OR EXISTS (SELECT FROM unnest($3::text[]) AS other (field) WHERE kept.answer -> 'done' ->> other.field IS NOT NULL))
  AND NOT EXISTS (SELECT FROM events e WHERE e.event_id = claimed.event_id::uuid)
LIMIT $1
