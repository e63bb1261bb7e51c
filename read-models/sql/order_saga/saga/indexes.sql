ALTER TABLE saga ADD PRIMARY KEY (order_id);
-- A tenant's sagas, and those in a state: tasks first, the first to be escalated at the head.
CREATE INDEX saga_deadline ON saga
    (tenant, coalesce(task_deadline, 'infinity'::timestamptz), changed_at, order_id);
CREATE INDEX saga_state ON saga
    (tenant, state, coalesce(task_deadline, 'infinity'::timestamptz), changed_at, order_id);
-- Those that wait for people, which are few.
CREATE INDEX saga_task ON saga
    (tenant, coalesce(task_deadline, 'infinity'::timestamptz), changed_at, order_id) WHERE task IS NOT NULL;
