{upsert}
WHERE order_summary.version < excluded.version
