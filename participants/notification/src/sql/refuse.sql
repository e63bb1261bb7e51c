INSERT INTO notification_refusals (tenant, subject, kind, refused_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, subject, kind) DO NOTHING
