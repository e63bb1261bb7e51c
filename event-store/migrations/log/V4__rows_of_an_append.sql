-- What an append statement brings: one array of rows for each table, in the order of their fields.
CREATE TYPE new_event AS (
    aggregate_type text,
    aggregate_id   text,
    sequence       bigint,
    event_type     text,
    event_version  text,
    payload        json,
    metadata       json,
    event_id       uuid,
    tenant         text
);

-- Seconds to keep it; null keeps it as long as the stream.
CREATE TYPE new_answer AS (
    id          bytea,
    fingerprint bytea,
    answer      json,
    keep_s      double precision
);
