WITH stored AS (
    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, tenant)
    VALUES ('order', $1, 1, $2, $3, $4::text::json, '{}', $5, 'shop')
)
INSERT INTO idempotency (id, fingerprint, answer)
VALUES (decode(md5($1), 'hex'), '', json_build_object('done',
    json_build_object('orderId', $1::text, 'version', 1, 'eventIds', json_build_array($5::uuid))))
