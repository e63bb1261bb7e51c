INSERT INTO order_summary (
    order_id, tenant, version, state, kind, imported, source, reference, credit_of, number, customer, country,
    currency, total_minor, line_count, quantity_total, drafted_at, placed_at, cancelled_at, imported_at, updated_at,
    cancel_reason, cancel_note, shipping_address, billing_address, shard, position)
SELECT *
FROM unnest(
    $1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::integer[], $16::bigint[],
    $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::text[],
    $23::text[], $24::jsonb[], $25::jsonb[], $26::smallint[], $27::bigint[])
ON CONFLICT (order_id) DO UPDATE SET
    version = excluded.version,
    state = excluded.state,
    kind = excluded.kind,
    imported = excluded.imported,
    source = excluded.source,
    reference = excluded.reference,
    credit_of = excluded.credit_of,
    number = excluded.number,
    customer = excluded.customer,
    country = excluded.country,
    currency = excluded.currency,
    total_minor = excluded.total_minor,
    line_count = excluded.line_count,
    quantity_total = excluded.quantity_total,
    drafted_at = excluded.drafted_at,
    placed_at = excluded.placed_at,
    cancelled_at = excluded.cancelled_at,
    imported_at = excluded.imported_at,
    updated_at = excluded.updated_at,
    cancel_reason = excluded.cancel_reason,
    cancel_note = excluded.cancel_note,
    shipping_address = excluded.shipping_address,
    billing_address = excluded.billing_address,
    shard = excluded.shard,
    position = excluded.position
WHERE order_summary.version < excluded.version
