CREATE TABLE reservation (
    reservation_id uuid        NOT NULL,
    tenant         text        NOT NULL COLLATE "C",
    version        bigint      NOT NULL,
    state          text        NOT NULL COLLATE "C",
    order_id       uuid        NOT NULL,
    location       text        COLLATE "C",
    expires_at     timestamptz,
    -- What it still holds: an array of objects with sku, quantity and backordered.
    lines          jsonb       NOT NULL,
    refusal        text        COLLATE "C",
    granted_at     timestamptz,
    changed_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    shard          smallint    NOT NULL,
    position       bigint      NOT NULL
);
