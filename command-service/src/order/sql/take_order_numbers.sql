-- $2 is the first number of a tenant without a row, $3 how many are taken. Returns the number after the taken ones.
INSERT INTO order_numbers AS known (tenant, next)
VALUES ($1, $2::bigint + $3::bigint)
ON CONFLICT (tenant) DO UPDATE SET next = greatest(known.next, $2) + $3
RETURNING next
