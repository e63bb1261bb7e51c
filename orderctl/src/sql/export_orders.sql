SELECT o.total_minor, o.currency, o.order_id::text, o.version, o.state, o.kind, o.imported, o.source, o.reference, o.credit_of, o.number,
       o.customer, o.country, o.line_count::bigint, o.quantity_total, o.drafted_at, o.placed_at, o.cancelled_at, o.imported_at,
       o.updated_at, o.cancel_reason
FROM order_summary o
WHERE o.tenant = $1 AND o.state <> 'FOREIGN'
