-- Orders that stand in both sets at the same version, and whether that is all of the live ones.
SELECT count(*), count(*) = (SELECT count(*) FROM live.order_summary)
                 AND count(*) = (SELECT count(*) FROM kept.order_summary)
FROM live.order_summary AS live
JOIN kept.order_summary AS kept USING (order_id, version)
