ALTER TABLE saga_event ADD PRIMARY KEY (order_id, version);
