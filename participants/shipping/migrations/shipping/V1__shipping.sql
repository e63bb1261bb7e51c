-- What shipping needs beside the log: where orders are sent to.

-- The shipping address of an order, as it was when it was placed. The details are sealed under the subject's key.
CREATE TABLE shipping_addresses (
    tenant text NOT NULL,
    order_id uuid NOT NULL,
    country text NOT NULL,
    subject text NOT NULL,
    details text NOT NULL,
    placed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, order_id)
);
