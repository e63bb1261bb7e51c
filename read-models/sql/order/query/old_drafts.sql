-- Drafts that were last changed before a moment, those first that were changed longest ago, after one of a page before.
SELECT order_id, tenant, version, updated_at
FROM order_summary
WHERE state = 'DRAFT' AND updated_at < $1 AND (updated_at, order_id) > ($2, $3)
ORDER BY updated_at, order_id
LIMIT $4
