-- What the projector has applied of each order. Two tables say it, so that damage to one of them is found, not followed.
SELECT coalesce(s.order_id, t.order_id) AS order_id, greatest(s.version, t.version) AS version
FROM order_summary s
FULL JOIN (SELECT order_id, max(version) AS version FROM order_timeline GROUP BY order_id) t USING (order_id)
