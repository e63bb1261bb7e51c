-- One key a subject. A destroyed key leaves its row behind, so that no new key takes its place.
CREATE TABLE subject_keys (
    tenant       text        NOT NULL,
    subject      text        NOT NULL,
    wrapped_key  bytea,
    created_at   timestamptz NOT NULL,
    destroyed_at timestamptz,
    PRIMARY KEY (tenant, subject),
    CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);
