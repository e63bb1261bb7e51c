CREATE TABLE order_lines (
    order_id    uuid    NOT NULL,
    line_id     uuid    NOT NULL,
    ordinal     integer NOT NULL,
    sku         text    NOT NULL COLLATE "C",
    description text    COLLATE "C",
    quantity    bigint  NOT NULL,
    -- Ten-thousandths of a major unit.
    unit_price  bigint  NOT NULL,
    total_minor bigint  NOT NULL
);
