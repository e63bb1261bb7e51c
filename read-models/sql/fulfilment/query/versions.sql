SELECT fulfilment_id AS id, version, tenant, NULL::text AS customer FROM fulfilment WHERE fulfilment_id = ANY ($1)
