DELETE FROM notification_refusals WHERE tenant = $1 AND subject = $2 AND kind = $3
