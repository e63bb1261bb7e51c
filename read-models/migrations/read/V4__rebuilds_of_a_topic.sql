-- One rebuild at a time of the models of each topic. The row without a topic is a database's first, or an earlier release's:
-- the first rebuild takes it over, and while it is held nobody else rebuilds.
ALTER TABLE public.model_rebuild DROP COLUMN only_row;
ALTER TABLE public.model_rebuild ADD COLUMN topic text NOT NULL DEFAULT '' PRIMARY KEY;
