-- Folded states of long streams, so that loading one does not start at its beginning. Only ever a shortcut: a release that
-- folds otherwise has another fold version and does not see them. (`snapshots` is left to postgres-es's own programs.)
CREATE TABLE state_snapshots (
    aggregate_type text        COLLATE "C" NOT NULL,
    aggregate_id   text        COLLATE "C" NOT NULL,
    fold_version   int         NOT NULL,
    version        bigint      NOT NULL CHECK (version > 0),
    state          json        NOT NULL,
    taken_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (aggregate_type, aggregate_id, fold_version)
);
