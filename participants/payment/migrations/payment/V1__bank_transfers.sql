-- What payment needs beside the log: payments by bank transfer, what came for them, and what is to be sent back.

-- A payment that is made by a transfer. What is captured stays, and all else that comes is sent back.
CREATE TABLE bank_payments (
    reference text PRIMARY KEY,
    payment_id uuid NOT NULL UNIQUE,
    order_id uuid NOT NULL,
    tenant text NOT NULL,
    -- What the customer states.
    creditor_reference text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    opened_at timestamptz NOT NULL,
    captured_minor bigint CHECK (captured_minor BETWEEN 1 AND amount_minor),
    -- The key under which it was captured.
    capture_key text,
    cancelled boolean NOT NULL DEFAULT false,
    UNIQUE (tenant, creditor_reference),
    CHECK ((captured_minor IS NULL) = (capture_key IS NULL)),
    CHECK (captured_minor IS NULL OR NOT cancelled)
);
CREATE INDEX bank_payments_opened ON bank_payments (opened_at, reference);

-- A credit of a statement. Who sent it is not stored.
CREATE TABLE bank_entries (
    tenant text NOT NULL,
    -- The bank's own.
    id text NOT NULL,
    booked_on date NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    -- The one reference with right check digits that the customer stated.
    stated text,
    payment text REFERENCES bank_payments (reference),
    -- Why it is of no payment yet, and what whoever decides has to read.
    reason text,
    remittance text,
    taken_at timestamptz NOT NULL,
    -- Who gave it to its payment by hand.
    assigned_by text,
    PRIMARY KEY (tenant, id),
    CHECK ((payment IS NULL) = (reason IS NOT NULL)),
    CHECK (payment IS NULL OR remittance IS NULL)
);
CREATE INDEX bank_entries_of_payment ON bank_entries (payment) WHERE payment IS NOT NULL;
CREATE INDEX bank_entries_taken ON bank_entries (tenant, taken_at, id);
CREATE INDEX bank_entries_unmatched ON bank_entries (tenant, taken_at, id) WHERE payment IS NULL;

-- Money that people have to send.
CREATE TABLE outgoing_transfers (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    payment text NOT NULL REFERENCES bank_payments (reference),
    reason text NOT NULL,
    -- The key under which a refund was told, so that a repetition is recognised.
    refund_key text UNIQUE,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    created_at timestamptz NOT NULL,
    done_at timestamptz,
    done_by text,
    CHECK ((reason = 'REFUND') = (refund_key IS NOT NULL))
);
CREATE INDEX outgoing_transfers_of_payment ON outgoing_transfers (payment);
CREATE INDEX outgoing_transfers_open ON outgoing_transfers (tenant, created_at, id) WHERE done_at IS NULL;

-- Payments with the sums of what came and what is sent back.
CREATE VIEW bank_payment_sums AS
SELECT
    payment.*,
    (
        SELECT coalesce(sum(entry.amount_minor), 0)::bigint
        FROM bank_entries AS entry
        WHERE entry.payment = payment.reference
    ) AS received_minor,
    (
        SELECT coalesce(sum(transfer.amount_minor), 0)::bigint
        FROM outgoing_transfers AS transfer
        WHERE transfer.payment = payment.reference AND transfer.reason = 'REFUND'
    ) AS refunded_minor,
    (
        SELECT coalesce(sum(transfer.amount_minor), 0)::bigint
        FROM outgoing_transfers AS transfer
        WHERE transfer.payment = payment.reference AND transfer.reason <> 'REFUND'
    ) AS returned_minor
FROM bank_payments AS payment;

-- Entries with the payments that they are of.
CREATE VIEW bank_entries_shown AS
SELECT
    entry.tenant, entry.id, entry.booked_on, entry.amount_minor, entry.currency, entry.stated, payment.payment_id, payment.order_id,
    entry.reason, entry.remittance, entry.taken_at
FROM bank_entries AS entry
LEFT JOIN bank_payments AS payment ON payment.reference = entry.payment;

-- Money to be sent, with the bank's ids of what came for the payment.
CREATE VIEW outgoing_transfers_shown AS
SELECT
    transfer.tenant, transfer.id, transfer.reason, transfer.amount_minor, transfer.currency, payment.payment_id, payment.order_id,
    transfer.created_at, transfer.done_at,
    (
        SELECT coalesce(array_agg(entry.id ORDER BY entry.taken_at, entry.id), ARRAY[]::text [])
        FROM bank_entries AS entry
        WHERE entry.payment = transfer.payment
    ) AS entries
FROM outgoing_transfers AS transfer
INNER JOIN bank_payments AS payment ON payment.reference = transfer.payment;
