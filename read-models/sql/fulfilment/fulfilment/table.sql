CREATE TABLE fulfilment (
    fulfilment_id uuid        NOT NULL,
    tenant        text        NOT NULL COLLATE "C",
    version       bigint      NOT NULL,
    state         text        NOT NULL COLLATE "C",
    order_id      uuid        NOT NULL,
    location      text        COLLATE "C",
    released      bool        NOT NULL,
    -- What has to be sent, and what has left once it was shipped: an array of objects with sku and quantity.
    lines         jsonb       NOT NULL,
    carrier       text        COLLATE "C",
    tracking      text        COLLATE "C",
    rejection     text        COLLATE "C",
    requested_at  timestamptz,
    accepted_at   timestamptz,
    packed_at     timestamptz,
    shipped_at    timestamptz,
    delivered_at  timestamptz,
    lost_at       timestamptz,
    changed_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    shard         smallint    NOT NULL,
    position      bigint      NOT NULL
);
