-- Which notifications tell of an order; what became of each is in its stream.
CREATE TABLE order_notifications (
    tenant text NOT NULL,
    order_id uuid NOT NULL,
    notification uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, order_id, notification)
);
