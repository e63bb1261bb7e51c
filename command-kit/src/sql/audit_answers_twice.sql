SELECT claimed.event_id, min(kept.answer -> 'done' ->> $2::text), min((kept.answer -> 'done' ->> 'version')::bigint),
       string_agg(encode(kept.id, 'hex'), ' ')
FROM idempotency kept
CROSS JOIN LATERAL json_array_elements_text(kept.answer -> 'done' -> 'eventIds') AS claimed (event_id)
GROUP BY claimed.event_id
HAVING count(*) > 1
LIMIT $1
