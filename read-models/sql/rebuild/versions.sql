-- What the projector has applied of each stream. Two tables say it, so that damage to one of them is found, not followed.
SELECT coalesce(v.{id}, h.{id}) AS id, greatest(v.version, h.version) AS version
FROM {view} v
FULL JOIN (SELECT {id}, max(version) AS version FROM {history} GROUP BY {id}) h USING ({id})
