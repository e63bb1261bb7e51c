-- Where each group began to handle a topic. A group that Kafka has forgotten since is told from one that never was.
CREATE TABLE public.request_groups (
    group_name   text        NOT NULL,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    -- The first offset that the group was to handle.
    begun_offset bigint      NOT NULL CHECK (begun_offset >= 0),
    begun_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (group_name, topic, partition)
);

-- Keys none of whose records is handled until their first one was dealt with.
CREATE TABLE public.parked_request_keys (
    group_name text        NOT NULL,
    topic      text        NOT NULL,
    partition  integer     NOT NULL,
    -- Empty for records without a key.
    key        bytea       NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (group_name, topic, partition, key)
);

-- Records that could not be handled, and those of the same key that wait behind them. A record is inserted only beside the row
-- of its key, so a key that is free has none.
CREATE TABLE public.parked_requests (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_name   text        NOT NULL,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    "offset"     bigint      NOT NULL,
    key          bytea       NOT NULL,
    -- Whether the record itself has a key.
    has_key      boolean     NOT NULL,
    reason       text        NOT NULL,
    record       bytea,
    -- Pairs of a header's name and its value in base64, in their order.
    headers      jsonb       NOT NULL,
    -- The record's own timestamp, in milliseconds since 1970.
    timestamp_ms bigint,
    at           timestamptz NOT NULL DEFAULT now(),
    UNIQUE (group_name, topic, partition, "offset"),
    FOREIGN KEY (group_name, topic, partition, key) REFERENCES public.parked_request_keys
);

CREATE INDEX parked_requests_key ON public.parked_requests (group_name, topic, partition, key, "offset");

-- Records that somebody gave up.
CREATE TABLE public.discarded_requests (
    group_name   text        NOT NULL,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    "offset"     bigint      NOT NULL,
    key          bytea       NOT NULL,
    reason       text        NOT NULL,
    record       bytea,
    headers      jsonb       NOT NULL,
    -- Why it was given up.
    why          text        NOT NULL,
    discarded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (group_name, topic, partition, "offset")
);
