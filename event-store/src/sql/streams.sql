-- The events of several streams, each behind a version, at most so many of each.
SELECT w.place, e.sequence, e.event_type, e.event_version, e.payload
FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS w (kind, id, behind, place)
CROSS JOIN LATERAL (
    SELECT sequence, event_type, event_version, payload
    FROM events
    WHERE aggregate_type = w.kind AND aggregate_id = w.id AND sequence > w.behind
    ORDER BY sequence
    LIMIT $4
) AS e
ORDER BY w.place, e.sequence
