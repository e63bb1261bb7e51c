SELECT count(*) FILTER (WHERE state = 'QUEUED'),
       count(*) FILTER (WHERE state = 'COOKING'),
       count(*) FILTER (WHERE state = 'READY'),
       coalesce(md5(string_agg(ticket_id || '@' || version, ',' ORDER BY promised_at, ticket_id)), '')
FROM ticket
WHERE tenant = $1 AND location = $2 AND state IN ('QUEUED', 'COOKING', 'READY')
