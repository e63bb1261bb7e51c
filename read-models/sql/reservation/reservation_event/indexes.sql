ALTER TABLE reservation_event ADD PRIMARY KEY (reservation_id, version);
