INSERT INTO declared_events (aggregate_type, event_type, event_version)
SELECT aggregate_type, event_type, event_version
FROM unnest($1::text[], $2::text[], $3::text[]) AS declared (aggregate_type, event_type, event_version)
ON CONFLICT DO NOTHING
