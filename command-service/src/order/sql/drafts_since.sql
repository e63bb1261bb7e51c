-- How many orders a customer ($2) of a tenant ($1) has whose id is not below $3, at most $4. Ids begin with the time they were made.
SELECT count(*)
FROM (
    SELECT
    FROM events begun
    WHERE begun.aggregate_type = 'order'
      AND begun.event_type IN ('OrderDrafted', 'OrderImported', 'OrderImportCorrected')
      AND begun.tenant = $1
      AND CASE begun.event_type
            WHEN 'OrderDrafted' THEN begun.payload #>> '{OrderDrafted,customer}'
            WHEN 'OrderImported' THEN begun.payload #>> '{OrderImported,customer}'
            ELSE begun.payload #>> '{OrderImportCorrected,order,customer}'
          END = $2
      AND begun.aggregate_id >= $3
    LIMIT $4
) recent
