-- The first order's two events swap versions.
UPDATE log SET position = position + 1000 WHERE position IN (1, 2);
UPDATE log SET position = 1003 - position WHERE position > 1000;
-- A position is gone, its event is not.
DELETE FROM log WHERE position = 4;
-- An event is gone, its position is not.
DELETE FROM events e USING log l WHERE l.position = 5 AND e.aggregate_id = l.aggregate_id AND e.sequence = l.sequence;
-- An event that nobody queued.
SET orders.appender = 'on';
INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
VALUES ('order', 'stray', 1, 'Test', '1.0', '{}', '{}');
