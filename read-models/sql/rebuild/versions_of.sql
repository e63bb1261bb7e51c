SELECT wanted.id, greatest(
    (SELECT version FROM {view} v WHERE v.{id} = wanted.id),
    (SELECT max(version) FROM {history} h WHERE h.{id} = wanted.id)) AS version
FROM unnest($1::uuid[]) AS wanted (id)
