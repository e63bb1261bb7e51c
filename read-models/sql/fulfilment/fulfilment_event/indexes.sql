ALTER TABLE fulfilment_event ADD PRIMARY KEY (fulfilment_id, version);
