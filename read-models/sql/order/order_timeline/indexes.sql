ALTER TABLE order_timeline ADD PRIMARY KEY (order_id, version);
