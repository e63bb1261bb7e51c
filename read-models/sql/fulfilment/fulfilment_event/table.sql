CREATE TABLE fulfilment_event (
    fulfilment_id  uuid        NOT NULL,
    version        bigint      NOT NULL,
    event_id       uuid        NOT NULL,
    type           text        NOT NULL COLLATE "C",
    at             timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    body           jsonb       NOT NULL,
    correlation_id text        COLLATE "C",
    causation_id   text        COLLATE "C",
    traceparent    text        COLLATE "C",
    shard          smallint    NOT NULL,
    position       bigint      NOT NULL
);
