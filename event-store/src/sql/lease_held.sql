SELECT holder, epoch, extract(epoch FROM expires_at - clock_timestamp())::float8
FROM leases
WHERE name = $1
