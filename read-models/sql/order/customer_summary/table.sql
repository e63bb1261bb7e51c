-- Sums are numeric: enough large orders leave 64 bits, and a projector that overflows would stand still for good.
CREATE TABLE customer_summary (
    tenant          text        NOT NULL COLLATE "C",
    customer        text        NOT NULL COLLATE "C",
    currency        text        NOT NULL COLLATE "C",
    orders          bigint      NOT NULL,
    credits         bigint      NOT NULL,
    cancelled       bigint      NOT NULL,
    revenue_minor   numeric     NOT NULL,
    -- Of every sale ever placed, cancelled ones too.
    first_placed_at timestamptz,
    last_placed_at  timestamptz
);
