CREATE TABLE saga (
    order_id            uuid        NOT NULL,
    tenant              text        NOT NULL COLLATE "C",
    version             bigint      NOT NULL,
    flow                bigint      NOT NULL,
    state               text        NOT NULL COLLATE "C",
    outcome             text        COLLATE "C",
    undo_cause          text        COLLATE "C",
    task                text        COLLATE "C",
    task_opened_at      timestamptz,
    task_deadline       timestamptz,
    task_assignee       text        COLLATE "C",
    task_escalations    bigint      NOT NULL,
    -- What has no answer yet: an array of objects with part, part_id, step, attempt and due.
    pending             jsonb       NOT NULL,
    stock_awaited_until timestamptz,
    started_at          timestamptz NOT NULL,
    changed_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    shard               smallint    NOT NULL,
    position            bigint      NOT NULL
);
