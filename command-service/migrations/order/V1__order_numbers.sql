-- The next order number of each tenant, so that no tenant can use up another's. A tenant without a row begins with the first.
CREATE TABLE order_numbers (
    tenant text   COLLATE "C" NOT NULL PRIMARY KEY,
    next   bigint NOT NULL
) WITH (fillfactor = 50);

-- Until now one sequence gave the numbers of all tenants. Each goes on behind its own highest number of the engine's form, as
-- far as an import may have one (a trillion). The sequence stays for processes of the release before, until they are gone.
INSERT INTO order_numbers (tenant, next)
SELECT split_part(scope, '/', 2), max(substr(value, 4)::bigint) + 1
FROM claims
WHERE scope LIKE 'order-number/%'
  AND value ~ '^SO-([1-9][0-9]{0,11}|1000000000000)$'
GROUP BY scope;
