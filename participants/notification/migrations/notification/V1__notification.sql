-- What notifications need beside the log: what is told of orders, which customers do not want to be told, where webhooks go.

-- What is known of an order, as it was when it was placed. The contact is sealed under the subject's key.
CREATE TABLE notified_orders (
    tenant text NOT NULL,
    order_id uuid NOT NULL,
    number text NOT NULL,
    total_minor bigint NOT NULL,
    currency text NOT NULL,
    -- The first lines, and how many there are.
    lines jsonb NOT NULL,
    line_count integer NOT NULL,
    country text NOT NULL,
    subject text NOT NULL,
    -- NULL where the order has no contact.
    contact text,
    placed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, order_id)
);

-- Kinds that a subject does not want to be told of. No row means yes.
CREATE TABLE notification_refusals (
    tenant text NOT NULL,
    subject text NOT NULL,
    kind text NOT NULL,
    refused_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, subject, kind)
);

CREATE TABLE webhook_endpoints (
    tenant text NOT NULL,
    endpoint uuid NOT NULL,
    url text NOT NULL,
    -- Symbols of kinds; empty for all.
    kinds text[] NOT NULL,
    enabled boolean NOT NULL,
    -- Why it was switched off by the engine; NULL where it was not.
    disabled_reason text,
    -- Signs webhooks; sealed under the endpoint's own key.
    secret text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, endpoint)
);

-- Which notifications went to an endpoint; what became of each is in its stream.
CREATE TABLE webhook_deliveries (
    tenant text NOT NULL,
    endpoint uuid NOT NULL,
    notification uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, endpoint, notification)
);

-- The newest first.
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (tenant, endpoint, requested_at DESC, notification);
