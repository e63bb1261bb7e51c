ALTER TABLE order_summary ADD PRIMARY KEY (order_id);
-- One index a sort. What has no value sorts as the least one, so that a row comparison can continue any page.
CREATE INDEX order_summary_placed_at ON order_summary (tenant, coalesce(placed_at, '-infinity'::timestamptz), order_id);
CREATE INDEX order_summary_updated_at ON order_summary (tenant, updated_at, order_id);
CREATE INDEX order_summary_total ON order_summary (tenant, total_minor, order_id);
CREATE INDEX order_summary_number ON order_summary (tenant, coalesce(number, ''), order_id);
CREATE INDEX order_summary_customer ON order_summary
    (tenant, customer, coalesce(placed_at, '-infinity'::timestamptz), order_id) WHERE customer IS NOT NULL;
