-- What was live before, kept for a way back, and how far in each shard of the log it has every event: index is the shard.
ALTER TABLE public.model_generation
    ADD COLUMN previous_generation integer,
    ADD COLUMN kept_positions      bigint[];

-- One rebuild at a time. Numbers of generations are never given twice, so that a rebuild that was paused and replaced
-- writes into tables that are gone, and not into its successor's.
CREATE TABLE public.model_rebuild (
    only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_generation integer NOT NULL,
    holder          uuid,
    stage           text,
    expires_at      timestamptz
);
INSERT INTO public.model_rebuild (last_generation) VALUES (1);

-- Parked records that somebody gave up, and why.
CREATE TABLE public.parked_dropped (
    id         bigint PRIMARY KEY,
    group_name text        NOT NULL,
    topic      text        NOT NULL,
    partition  integer     NOT NULL,
    "offset"   bigint      NOT NULL,
    key        bytea,
    order_id   uuid,
    reason     text        NOT NULL,
    record     bytea,
    headers    jsonb       NOT NULL,
    at         timestamptz NOT NULL,
    dropped_at timestamptz NOT NULL DEFAULT now(),
    dropped_because text   NOT NULL
);
