ALTER TABLE order_summary ADD PRIMARY KEY (order_id);
-- One index a sort. What has no value sorts as the least one, so that a row comparison can continue any page.
CREATE INDEX order_summary_placed_at ON order_summary (tenant, coalesce(placed_at, '-infinity'::timestamptz), order_id);
CREATE INDEX order_summary_updated_at ON order_summary (tenant, updated_at, order_id);
CREATE INDEX order_summary_total ON order_summary (tenant, total_minor, order_id);
CREATE INDEX order_summary_number ON order_summary (tenant, coalesce(number, ''), order_id);
-- The orders of a customer, newest first; those without a customer too.
CREATE INDEX order_summary_customer ON order_summary
    (tenant, customer, coalesce(placed_at, '-infinity'::timestamptz), order_id);
-- The orders in a state, newest first. Drafts stand at the end of the index by time alone, behind all others.
CREATE INDEX order_summary_state ON order_summary (tenant, state, coalesce(placed_at, '-infinity'::timestamptz), order_id);
-- The orders of a country in a state, newest first.
CREATE INDEX order_summary_country ON order_summary
    (tenant, country, state, coalesce(placed_at, '-infinity'::timestamptz), order_id);
-- Rare values of columns with few: credits, own orders among imported ones or the reverse, a currency. Equal entries are stored once,
-- since no order id tells them apart, so it is a tenth of another index.
CREATE INDEX order_summary_rare ON order_summary (tenant, imported, kind, currency);
-- The imported orders of a rare source, as small for the same reason. Own orders have none and do not pay for it.
CREATE INDEX order_summary_source ON order_summary (tenant, source) WHERE source IS NOT NULL;
-- An imported order by its id in the other system.
CREATE INDEX order_summary_reference ON order_summary (tenant, reference) WHERE reference IS NOT NULL;
-- Rare statuses, such as failed payments. Equal entries are stored once, so that both are small.
CREATE INDEX order_summary_payment_status ON order_summary (tenant, payment_status);
CREATE INDEX order_summary_fulfilment_status ON order_summary (tenant, fulfilment_status);
-- The drafts by their last change, for those that expire. What was placed does not pay for it.
CREATE INDEX order_summary_drafts ON order_summary (updated_at, order_id) WHERE state = 'DRAFT';
-- The orders that something holds, which are few. The others do not pay for it.
CREATE INDEX order_summary_holds ON order_summary (tenant, holds) WHERE holds IS NOT NULL;
