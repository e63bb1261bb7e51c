-- Lets the next number be $2 at least. Answers the next number.
INSERT INTO order_numbers AS known (tenant, next)
VALUES ($1, $2::bigint)
ON CONFLICT (tenant) DO UPDATE SET next = greatest(known.next, excluded.next)
RETURNING next
