ALTER TABLE order_counts ADD PRIMARY KEY (tenant, state, kind, imported, country, currency);
