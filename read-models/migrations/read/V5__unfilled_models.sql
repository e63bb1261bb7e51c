-- Whether the live generation of a model has every event that the others have: that of a model which a release brought has none
-- until the next rebuild.
ALTER TABLE public.model_generation ADD COLUMN filled boolean NOT NULL DEFAULT true;
