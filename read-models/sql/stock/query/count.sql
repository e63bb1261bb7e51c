SELECT count(*) AS items
FROM (SELECT FROM stock WHERE {condition} LIMIT {limit}) AS counted
