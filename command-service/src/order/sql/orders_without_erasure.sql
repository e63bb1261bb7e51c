-- Orders of a customer ($2) in a tenant ($1) that have no SubjectErased of a subject ($3) yet, after an id ($4), at most $5.
SELECT DISTINCT begun.aggregate_id
FROM events begun
WHERE begun.aggregate_type = 'order'
  AND begun.event_type IN ('OrderDrafted', 'OrderImported', 'OrderImportCorrected')
  AND begun.tenant = $1
  AND CASE begun.event_type
        WHEN 'OrderDrafted' THEN begun.payload #>> '{OrderDrafted,customer}'
        WHEN 'OrderImported' THEN begun.payload #>> '{OrderImported,customer}'
        ELSE begun.payload #>> '{OrderImportCorrected,order,customer}'
      END = $2
  AND begun.aggregate_id > $4
  AND NOT EXISTS (
        SELECT FROM events erased
        WHERE erased.aggregate_id = begun.aggregate_id
          AND erased.aggregate_type = 'order'
          AND erased.event_type = 'SubjectErased'
          AND erased.payload #>> '{SubjectErased,subject}' = $3
      )
ORDER BY begun.aggregate_id
LIMIT $5
