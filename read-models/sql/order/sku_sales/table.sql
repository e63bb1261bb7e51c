CREATE TABLE sku_sales (
    tenant        text    NOT NULL COLLATE "C",
    sku           text    NOT NULL COLLATE "C",
    currency      text    NOT NULL COLLATE "C",
    -- The first day of the month of placement, in UTC.
    month         date    NOT NULL,
    orders        bigint  NOT NULL,
    credits       bigint  NOT NULL,
    quantity      bigint  NOT NULL,
    revenue_minor numeric NOT NULL
);
