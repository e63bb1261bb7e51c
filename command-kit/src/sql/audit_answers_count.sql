SELECT count(*) FROM idempotency WHERE answer -> 'done' ->> $1::text IS NOT NULL
