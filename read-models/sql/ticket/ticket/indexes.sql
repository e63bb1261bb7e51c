ALTER TABLE ticket ADD PRIMARY KEY (ticket_id);
-- The board of a kitchen: what is in it, in the order in which it is worked on.
CREATE INDEX ticket_board ON ticket (tenant, location, promised_at, ticket_id)
    WHERE state IN ('QUEUED', 'COOKING', 'READY');
