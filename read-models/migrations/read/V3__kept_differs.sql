-- Whether what is kept was known to differ from what replaced it: then it proves nothing about it.
ALTER TABLE public.model_generation ADD COLUMN kept_differs boolean NOT NULL DEFAULT false;
