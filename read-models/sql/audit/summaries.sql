SELECT order_id, tenant, version, state, kind, imported, source, reference, credit_of, number, customer, country,
       currency, total_minor, quantity_total, drafted_at, placed_at, cancelled_at, imported_at, updated_at,
       cancel_reason, cancel_note, shipping_address, billing_address, shard, position, line_count
FROM order_summary
ORDER BY order_id
