SELECT task, count(*), count(*) FILTER (WHERE task_escalations > 0)
FROM saga
WHERE task IS NOT NULL
GROUP BY task
