INSERT INTO order_lines (order_id, line_id, ordinal, sku, description, quantity, unit_price, total_minor)
SELECT *
FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[])
ON CONFLICT (order_id, line_id) DO UPDATE SET
    ordinal = excluded.ordinal,
    sku = excluded.sku,
    description = excluded.description,
    quantity = excluded.quantity,
    unit_price = excluded.unit_price,
    total_minor = excluded.total_minor
