SELECT order_id, tenant, version, state, kind, imported, source, reference, credit_of, number, customer, country,
       currency, total_minor, line_count, quantity_total, drafted_at, placed_at, cancelled_at, imported_at, updated_at,
       cancel_reason, cancel_note, shipping_address, billing_address, shard, position
FROM order_summary
WHERE order_id = ANY ($1) AND tenant = $2 AND ($3::text IS NULL OR customer = $3) AND state <> 'FOREIGN'
