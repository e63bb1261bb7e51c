ALTER TABLE ticket_event ADD PRIMARY KEY (ticket_id, version);
