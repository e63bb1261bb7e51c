-- Streams that stand in both sets at the same version, and whether that is all of the live ones.
SELECT count(*), count(*) = (SELECT count(*) FROM live.view)
                 AND count(*) = (SELECT count(*) FROM kept.view)
FROM live.view AS live
JOIN kept.view AS kept USING ({id}, version)
