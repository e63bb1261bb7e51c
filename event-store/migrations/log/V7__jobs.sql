-- The last run of each piece of periodic work. When a job is due stands in `timers`, as the stream of kind `job` and its name.
CREATE TABLE jobs (
    name        text        COLLATE "C" NOT NULL PRIMARY KEY,
    every_s     double precision NOT NULL,
    -- By the database's clock.
    started_at  timestamptz,
    finished_at timestamptz,
    -- What the last finished run did, in words.
    outcome     text,
    -- Why the last run failed; null after a success.
    error       text,
    runs        bigint      NOT NULL DEFAULT 0,
    failed      bigint      NOT NULL DEFAULT 0
);
