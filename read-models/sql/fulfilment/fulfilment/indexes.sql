ALTER TABLE fulfilment ADD PRIMARY KEY (fulfilment_id);
-- The packing queue of a location: what has not left it, the oldest first.
CREATE INDEX fulfilment_queue ON fulfilment (tenant, location, requested_at, fulfilment_id)
    WHERE state IN ('REQUESTED', 'ACCEPTED', 'PICKED', 'PACKED');
-- What has left a tenant's locations, all of it, by carrier and by state, the newest first.
CREATE INDEX fulfilment_shipped ON fulfilment (tenant, shipped_at, fulfilment_id)
    WHERE state IN ('SHIPPED', 'DELIVERED', 'LOST');
CREATE INDEX fulfilment_carrier ON fulfilment (tenant, carrier, shipped_at, fulfilment_id)
    WHERE state IN ('SHIPPED', 'DELIVERED', 'LOST');
CREATE INDEX fulfilment_shipped_state ON fulfilment (tenant, state, shipped_at, fulfilment_id)
    WHERE state IN ('SHIPPED', 'DELIVERED', 'LOST');
