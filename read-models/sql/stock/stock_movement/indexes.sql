ALTER TABLE stock_movement ADD PRIMARY KEY (stock_id, version);
