SELECT reservation_id AS id, version, tenant, NULL::text AS customer FROM reservation WHERE reservation_id = ANY ($1)
