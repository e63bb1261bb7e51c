SELECT location, count(*) AS reservations
FROM reservation
WHERE tenant = $1 AND state = 'GRANTED' AND location = ANY ($2)
GROUP BY location
