ALTER TABLE customer_summary ADD PRIMARY KEY (tenant, customer, currency);
