-- An order of a customer's and a counter that has given a block.
INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, tenant)
VALUES ('order', 'a', 1, 'OrderDrafted', '1.0', '{"OrderDrafted":{"customer":"c-1"}}', '{}', 'shop');
INSERT INTO claims (scope, value, aggregate_id) VALUES ('order-number/shop', 'SO-1000007', 'a');
INSERT INTO order_numbers (tenant, next) VALUES ('shop', 1000071);
