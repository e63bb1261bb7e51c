ALTER TABLE sku_sales ADD PRIMARY KEY (tenant, sku, currency, month);
