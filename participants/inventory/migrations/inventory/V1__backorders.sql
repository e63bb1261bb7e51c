-- Reservations that may wait for stock of an item, so that goods which come in find them. A hint: what a reservation waits for is in its
-- own events, and a row of one that waits no more is removed when it is met.
CREATE TABLE backorders (
    -- The stream of the stock item.
    stock_id uuid NOT NULL,
    -- The event of the stock item by which the pieces were promised: the order in which they are filled.
    version bigint NOT NULL,
    reservation_id uuid NOT NULL,
    PRIMARY KEY (stock_id, version)
);

-- What was promised before this table was.
INSERT INTO backorders (stock_id, version, reservation_id)
SELECT aggregate_id::uuid, sequence, (payload -> 'StockReserved' ->> 'reservation')::uuid
FROM events
WHERE aggregate_type = 'stock'
  AND event_type = 'StockReserved'
  AND (payload -> 'StockReserved' ->> 'backordered')::bigint > 0;
