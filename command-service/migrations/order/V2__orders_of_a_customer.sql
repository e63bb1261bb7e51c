-- Which orders a customer has, for whoever has to write something into each of them. One row an order; an order without a customer
-- has none.
CREATE INDEX events_by_customer ON events (
    tenant,
    (CASE event_type
        WHEN 'OrderDrafted' THEN payload #>> '{OrderDrafted,customer}'
        WHEN 'OrderImported' THEN payload #>> '{OrderImported,customer}'
        ELSE payload #>> '{OrderImportCorrected,order,customer}'
     END),
    aggregate_id
) WHERE aggregate_type = 'order' AND event_type IN ('OrderDrafted', 'OrderImported', 'OrderImportCorrected');
