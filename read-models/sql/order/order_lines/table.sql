CREATE TABLE order_lines (
    order_id    uuid    NOT NULL,
    line_id     uuid    NOT NULL,
    ordinal     integer NOT NULL,
    sku         text    NOT NULL COLLATE "C",
    description text    COLLATE "C",
    quantity    bigint  NOT NULL,
    -- Ten-thousandths of a major unit.
    unit_price  bigint  NOT NULL,
    total_minor bigint  NOT NULL,
    -- Pieces by state, which add up to the quantity once the order is placed; zero before that, and in an imported order.
    open        bigint  NOT NULL,
    reserved    bigint  NOT NULL,
    backordered bigint  NOT NULL,
    in_fulfilment bigint NOT NULL,
    shipped     bigint  NOT NULL,
    delivered   bigint  NOT NULL,
    cancelled   bigint  NOT NULL
);
