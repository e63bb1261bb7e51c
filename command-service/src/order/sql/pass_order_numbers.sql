-- Raises the next number to at least $2. Returns the next number.
INSERT INTO order_numbers AS known (tenant, next)
VALUES ($1, $2::bigint)
ON CONFLICT (tenant) DO UPDATE SET next = greatest(known.next, excluded.next)
RETURNING next
