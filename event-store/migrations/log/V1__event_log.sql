-- The event log. `events` is postgres-es's table with more columns, all defaulted, so that a stock postgres-es program
-- reads and writes it unchanged.

-- Keys compare by bytes: the order of a locale would cost much and mean nothing here.
CREATE TABLE events (
    aggregate_type text        COLLATE "C" NOT NULL,
    aggregate_id   text        COLLATE "C" NOT NULL,
    sequence       bigint      NOT NULL CHECK (sequence >= 0),
    event_type     text        NOT NULL,
    event_version  text        NOT NULL,
    payload        json        NOT NULL,
    metadata       json        NOT NULL,
    event_id       uuid        NOT NULL DEFAULT gen_random_uuid(),
    tenant         text        NOT NULL DEFAULT 'default',
    recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The id first: it tells rows apart at the first comparison, and nobody asks for a type without an id.
    PRIMARY KEY (aggregate_id, aggregate_type, sequence)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

-- What is committed and has no position yet: one row a statement, however many events it appended. Rows live for
-- milliseconds, so the table is vacuumed by count, not by share.
CREATE TABLE unsequenced (
    shard           smallint NOT NULL,
    id              bigint   NOT NULL GENERATED ALWAYS AS IDENTITY,
    aggregate_types text[]   NOT NULL,
    aggregate_ids   text[]   NOT NULL,
    sequences       bigint[] NOT NULL,
    PRIMARY KEY (shard, id)
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 2000000000,
    autovacuum_vacuum_cost_delay = 0
);

-- Positions, contiguous per shard from 1. Append-only.
CREATE TABLE log (
    shard          smallint NOT NULL,
    position       bigint   NOT NULL,
    aggregate_type text     NOT NULL,
    aggregate_id   text     NOT NULL,
    sequence       bigint   NOT NULL,
    PRIMARY KEY (shard, position)
);

-- The last position given in each shard. Its row is the sequencer's lock.
CREATE TABLE log_head (
    shard    smallint NOT NULL PRIMARY KEY,
    position bigint   NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Which log this is. A restore or a new database makes a new incarnation, so that positions of another life are not mistaken
-- for this one's. The number of shards is fixed at creation.
CREATE TABLE log_identity (
    only_row    boolean     NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    incarnation uuid        NOT NULL DEFAULT gen_random_uuid(),
    shards      smallint    NOT NULL CHECK (shards BETWEEN 1 AND 16),
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO log_identity (shards) VALUES (1);
INSERT INTO log_head (shard, position) VALUES (0, 0);

-- Which shard a stream belongs to: the first 28 bits of its id's MD5, modulo the number of shards.
CREATE FUNCTION log_shard(stream text, shards smallint) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN shards = 1 THEN 0 ELSE ('x' || substr(md5(stream), 1, 7))::bit(28)::int % shards END;

-- Rows of writers that do not announce themselves are queued here. The engine's own appender sets orders.appender and
-- queues its rows itself, so nothing of the engine's depends on the trigger.
CREATE FUNCTION queue_foreign_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unsequenced (shard, aggregate_types, aggregate_ids, sequences)
    SELECT log_shard(NEW.aggregate_id, shards), ARRAY[NEW.aggregate_type], ARRAY[NEW.aggregate_id], ARRAY[NEW.sequence]
    FROM log_identity;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_foreign_row AFTER INSERT ON events FOR EACH ROW
    WHEN (current_setting('orders.appender', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION queue_foreign_row();

-- Gives positions to what is committed. One call is one transaction, so a stopped client holds nothing. It takes the lock
-- first: the statement after it sees everything committed before, and no other sequencer runs until it ends.
-- Answers no row while another sequencer is at work.
CREATE FUNCTION sequence_log(shard_wanted smallint, statements_max int) RETURNS TABLE (head bigint, sequenced bigint)
    LANGUAGE plpgsql AS $$
DECLARE
    last bigint;
    given bigint;
BEGIN
    SELECT position INTO last FROM log_head WHERE shard = shard_wanted FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN; END IF;
    WITH due AS (
        DELETE FROM unsequenced u
        WHERE u.shard = shard_wanted
          AND u.id IN (SELECT q.id FROM unsequenced q WHERE q.shard = shard_wanted ORDER BY q.id LIMIT statements_max)
        RETURNING u.id, u.aggregate_types, u.aggregate_ids, u.sequences
    ), placed AS (
        INSERT INTO log (shard, position, aggregate_type, aggregate_id, sequence)
        SELECT shard_wanted, last + row_number() OVER (ORDER BY due.id, e.place), e.aggregate_type, e.aggregate_id, e.sequence
        FROM due
        CROSS JOIN LATERAL unnest(due.aggregate_types, due.aggregate_ids, due.sequences)
            WITH ORDINALITY AS e (aggregate_type, aggregate_id, sequence, place)
        RETURNING 1
    )
    SELECT count(*) INTO given FROM placed;
    IF given > 0 THEN
        UPDATE log_head SET position = last + given WHERE shard = shard_wanted;
    END IF;
    RETURN QUERY SELECT last + given, given;
END $$;

-- The answers given to requests that carried an Idempotency-Key. `id` is the first 16 bytes of the SHA-256 of scope, a NUL
-- and the key. `expires_at` is null for what is kept as long as the stream.
CREATE TABLE idempotency (
    id          bytea       NOT NULL PRIMARY KEY,
    fingerprint bytea       NOT NULL,
    answer      json        NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at  timestamptz
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at) WHERE expires_at IS NOT NULL;

-- Values that only one stream may hold, such as an order number within a tenant.
CREATE TABLE claims (
    scope        text COLLATE "C" NOT NULL,
    value        text COLLATE "C" NOT NULL,
    aggregate_id text NOT NULL,
    PRIMARY KEY (scope, value)
);

-- Who may do what only one process may do. The epoch grows with every change of hands.
CREATE TABLE leases (
    name       text        NOT NULL PRIMARY KEY,
    holder     uuid        NOT NULL,
    epoch      bigint      NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 10);
