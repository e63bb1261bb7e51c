-- The locations that orders may be sent from, as their events say. What has no row was not registered.
CREATE TABLE routed_locations (
    tenant    text    NOT NULL COLLATE "C",
    code      text    NOT NULL COLLATE "C",
    -- The last event that the row has.
    version   bigint  NOT NULL,
    is_paused boolean NOT NULL,
    details   jsonb   NOT NULL,
    PRIMARY KEY (tenant, code)
);
