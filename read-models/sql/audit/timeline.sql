SELECT order_id, version, event_id, type, at, recorded_at, body, correlation_id, causation_id, traceparent, shard, position
FROM order_timeline
ORDER BY order_id, version
