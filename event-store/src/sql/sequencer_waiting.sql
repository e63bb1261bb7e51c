-- The head of a shard, and whether rows wait behind an id of its queue.
SELECT (SELECT coalesce(max(position), 0) FROM log WHERE shard = $1),
       EXISTS (SELECT FROM unsequenced WHERE shard = $1 AND id > $2)
