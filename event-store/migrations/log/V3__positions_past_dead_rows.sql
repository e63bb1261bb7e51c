-- Giving positions costs the same however many dead rows a transaction left open keeps in the queue.

-- The head of a shard is the end of its log, where no row ever dies. log_head keeps what the sequencers lock.
ALTER TABLE log_head DROP COLUMN position;
ALTER TABLE log_head RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);

DROP FUNCTION sequence_log(smallint, int);

-- Gives positions to what is committed and queued behind an id. One call is one transaction, so a stopped client holds
-- nothing. It takes the lock first: the statement after it sees everything committed before, and no other sequencer runs
-- until it ends. `taken_to` is the queue id up to which it has taken all that was committed. Answers no row while another
-- sequencer is at work. (Without the setting Postgres plans it for a queue that is as small as it mostly is.)
CREATE FUNCTION sequence_log(shard_wanted smallint, behind bigint, statements_max int)
    RETURNS TABLE (head bigint, sequenced bigint, taken_to bigint)
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    last bigint;
BEGIN
    PERFORM FROM log_head WHERE shard = shard_wanted FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT coalesce(max(position), 0) INTO last FROM log WHERE shard = shard_wanted;
    RETURN QUERY WITH due AS (
        DELETE FROM unsequenced u
        -- Nobody else takes rows and none is ever updated, so their places are good.
        WHERE u.ctid = ANY (ARRAY(SELECT q.ctid
                                  FROM unsequenced q
                                  WHERE q.shard = shard_wanted AND q.id > behind
                                  ORDER BY q.id
                                  LIMIT statements_max))
        RETURNING u.id, u.aggregate_types, u.aggregate_ids, u.sequences
    ), placed AS (
        INSERT INTO log (shard, position, aggregate_type, aggregate_id, sequence)
        SELECT shard_wanted, last + row_number() OVER (ORDER BY due.id, e.place), e.aggregate_type, e.aggregate_id, e.sequence
        FROM due
        CROSS JOIN LATERAL unnest(due.aggregate_types, due.aggregate_ids, due.sequences)
            WITH ORDINALITY AS e (aggregate_type, aggregate_id, sequence, place)
        RETURNING 1
    )
    SELECT last + given.events, given.events,
           CASE WHEN taken.statements < statements_max THEN 9223372036854775807 ELSE taken.last_id END
    FROM (SELECT count(*) AS events FROM placed) AS given
    CROSS JOIN (SELECT count(*) AS statements, max(id) AS last_id FROM due) AS taken;
END $$;

-- The last queue id handed out, and the transactions that may still be about to commit one. In this order: whoever had an
-- id by the first look is seen by the second one unless it has ended.
CREATE FUNCTION queue_writers(OUT last_id bigint, OUT writers text[])
    LANGUAGE plpgsql AS $$
BEGIN
    SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END INTO last_id FROM unsequenced_id_seq AS s;
    SELECT coalesce(array_agg(l.virtualtransaction), '{}')
    INTO writers
    FROM pg_locks AS l
    WHERE l.locktype = 'relation'
      AND l.relation = 'unsequenced'::regclass
      AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
      AND l.mode = 'RowExclusiveLock'
      AND l.granted;
END $$;
