-- Which generation of each model is live. A rebuild fills another generation and then moves the pointer.
CREATE TABLE public.model_generation (
    model       text PRIMARY KEY,
    generation  integer     NOT NULL CHECK (generation > 0),
    switched_at timestamptz NOT NULL DEFAULT now()
);

-- How far a projector group has come, advanced by compare-and-set in the transaction that writes the rows.
CREATE TABLE public.projector_offset (
    group_name       text        NOT NULL,
    topic            text        NOT NULL,
    partition        integer     NOT NULL,
    -- The first offset not yet applied.
    next_offset      bigint      NOT NULL CHECK (next_offset >= 0),
    -- The last record applied: a topic that was dropped and made again holds another one there.
    last_offset      bigint,
    last_event_id    uuid,
    last_position    text,
    -- When that event was recorded, and the milliseconds from then to its projection.
    last_recorded_at timestamptz,
    lag_ms           bigint,
    updated_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (group_name, topic, partition)
);

-- Records that could not be applied, and those of the same key that wait behind them.
CREATE TABLE public.parked (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_name text        NOT NULL,
    topic      text        NOT NULL,
    partition  integer     NOT NULL,
    "offset"   bigint      NOT NULL,
    key        bytea,
    -- Unknown where the record is unreadable.
    order_id   uuid,
    reason     text        NOT NULL,
    record     bytea,
    -- Header name to base64 of its value.
    headers    jsonb       NOT NULL DEFAULT '{}',
    at         timestamptz NOT NULL DEFAULT now(),
    UNIQUE (group_name, topic, partition, "offset")
);

CREATE INDEX parked_key ON public.parked (group_name, topic, partition, key);
