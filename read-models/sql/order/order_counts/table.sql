CREATE TABLE order_counts (
    tenant   text    NOT NULL COLLATE "C",
    state    text    NOT NULL COLLATE "C",
    kind     text    NOT NULL COLLATE "C",
    imported boolean NOT NULL,
    -- Empty where the orders have none, since a column of a key has a value.
    country  text    NOT NULL COLLATE "C",
    currency text    NOT NULL COLLATE "C",
    orders   bigint  NOT NULL
);
