CREATE TABLE stock (
    stock_id          uuid        NOT NULL,
    tenant            text        NOT NULL COLLATE "C",
    location          text        NOT NULL COLLATE "C",
    sku               text        NOT NULL COLLATE "C",
    version           bigint      NOT NULL,
    on_hand           bigint      NOT NULL,
    -- With what is backordered.
    reserved          bigint      NOT NULL,
    backordered       bigint      NOT NULL,
    safety_stock      bigint      NOT NULL,
    available         bigint      NOT NULL,
    backorder_allowed boolean     NOT NULL,
    changed_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    shard             smallint    NOT NULL,
    position          bigint      NOT NULL
);
