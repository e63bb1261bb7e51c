CREATE TABLE stock_movement (
    stock_id       uuid        NOT NULL,
    version        bigint      NOT NULL,
    -- The quantities after the event. A row of another program has none.
    on_hand        bigint,
    reserved       bigint,
    backordered    bigint,
    safety_stock   bigint,
    available      bigint,
    reservation_id uuid,
    order_id       uuid,
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
