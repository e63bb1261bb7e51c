-- The kinds of events that some release of the engine writes, recorded by `order-engine migrate`. A relay of an older release
-- tells by them an event of a newer one, which it must leave to a relay that knows it, from a row of somebody else's program.
CREATE TABLE declared_events (
    aggregate_type text        COLLATE "C" NOT NULL,
    event_type     text        COLLATE "C" NOT NULL,
    event_version  text        COLLATE "C" NOT NULL,
    declared_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (aggregate_type, event_type, event_version)
);
