ALTER TABLE reservation ADD PRIMARY KEY (reservation_id);
-- The reservations of an order.
CREATE INDEX reservation_order ON reservation (tenant, order_id, reservation_id);
-- Those in a state, the first to expire first.
CREATE INDEX reservation_state ON reservation
    (tenant, state, coalesce(expires_at, 'infinity'::timestamptz), reservation_id);
-- Those that hold stock at a location.
CREATE INDEX reservation_location ON reservation (tenant, location) WHERE state = 'GRANTED';
