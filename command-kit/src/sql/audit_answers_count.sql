SELECT count(*) FROM idempotency WHERE answer -> 'done' IS NOT NULL
