-- When streams want to be woken: at most one row a stream, set, moved and removed by the appends to the stream. A row is only a hint.
-- Whoever takes it asks the stream's state, which decides; so a row that is late, or taken twice, does no harm.
CREATE TABLE timers (
    aggregate_type text        COLLATE "C" NOT NULL,
    aggregate_id   text        COLLATE "C" NOT NULL,
    -- By the engine's clock, which need not be the database's.
    due            timestamptz NOT NULL,
    -- The stream's version after the append that set it, so that whoever took the row tells whether it was set anew meanwhile.
    version        bigint      NOT NULL,
    -- Until then, by the database's clock, whoever took it is at work or waits before the next attempt.
    leased_until   timestamptz,
    failures       int         NOT NULL DEFAULT 0,
    last_error     text,
    PRIMARY KEY (aggregate_id, aggregate_type)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
CREATE INDEX timers_due ON timers (aggregate_type, due);
