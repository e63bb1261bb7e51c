SELECT aggregate_type, event_type, event_version
FROM declared_events
