CREATE TABLE order_summary (
    order_id         uuid        NOT NULL,
    tenant           text        NOT NULL COLLATE "C",
    version          bigint      NOT NULL,
    state            text        NOT NULL COLLATE "C",
    kind             text        NOT NULL COLLATE "C",
    imported         boolean     NOT NULL,
    source           text        COLLATE "C",
    reference        text        COLLATE "C",
    credit_of        text        COLLATE "C",
    number           text        COLLATE "C",
    customer         text        COLLATE "C",
    country          text        COLLATE "C",
    currency         text        COLLATE "C",
    -- Negative in a credit, as is quantity_total.
    total_minor      bigint      NOT NULL,
    line_count       integer     NOT NULL,
    quantity_total   bigint      NOT NULL,
    drafted_at       timestamptz,
    placed_at        timestamptz,
    cancelled_at     timestamptz,
    imported_at      timestamptz,
    updated_at       timestamptz NOT NULL,
    cancel_reason    text        COLLATE "C",
    cancel_note      text        COLLATE "C",
    -- NULL before the order is placed, in an imported one, and where nothing is to be paid or to be sent.
    payment_status    text       COLLATE "C",
    fulfilment_status text       COLLATE "C",
    -- The kinds of holds in a fixed order, separated by spaces; NULL where nothing holds the order.
    holds            text        COLLATE "C",
    confirmed_at     timestamptz,
    completed_at     timestamptz,
    rejected_at      timestamptz,
    -- Payments, fulfilments, notes and exceptions; NULL where there are none.
    progress         jsonb,
    shipping_address jsonb,
    billing_address  jsonb,
    shard            smallint    NOT NULL,
    position         bigint      NOT NULL,
    -- All lines, encoded as one value, so that a reader of many orders reads no other table.
    encoded_lines    bytea       NOT NULL
);
