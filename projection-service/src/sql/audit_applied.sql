SELECT asked.ordinal
FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS asked ({id}, version, ordinal)
JOIN {history} USING ({id}, version)
