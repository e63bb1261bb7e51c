ALTER TABLE stock ADD PRIMARY KEY (stock_id);
-- A SKU over all locations, and all of a tenant's stock by SKU.
CREATE INDEX stock_sku ON stock (tenant, sku, location);
-- What a location keeps, by SKU.
CREATE INDEX stock_location ON stock (tenant, location, sku);
-- What is low, the least first: of a tenant and of a location.
CREATE INDEX stock_available ON stock (tenant, available, stock_id);
CREATE INDEX stock_location_available ON stock (tenant, location, available, stock_id);
