-- The lock on the key's row lasts until the record is visible, so that the key is not freed meanwhile.
WITH parked_key AS (
    SELECT 1 FROM public.parked_request_keys
    WHERE group_name = $1 AND topic = $2 AND partition = $3 AND key = $4
    FOR KEY SHARE
), inserted AS (
    INSERT INTO public.parked_requests (group_name, topic, partition, key, "offset", has_key, reason, record, headers, timestamp_ms)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM parked_key
    ON CONFLICT (group_name, topic, partition, "offset") DO NOTHING
)
SELECT EXISTS (SELECT FROM parked_key)
