CREATE TABLE ticket (
    ticket_id         uuid        NOT NULL,
    tenant            text        NOT NULL COLLATE "C",
    version           bigint      NOT NULL,
    state             text        NOT NULL COLLATE "C",
    order_id          uuid        NOT NULL,
    location          text        NOT NULL COLLATE "C",
    held              bool        NOT NULL,
    -- What has to be made: an array of objects with sku, quantity, station, course and preparation_s.
    items             jsonb       NOT NULL,
    rejection         text        COLLATE "C",
    queued_at         timestamptz NOT NULL,
    first_promised_at timestamptz,
    promised_at       timestamptz,
    delays            bigint      NOT NULL,
    started_at        timestamptz,
    ready_at          timestamptz,
    ended_at          timestamptz,
    changed_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    shard             smallint    NOT NULL,
    position          bigint      NOT NULL
);
