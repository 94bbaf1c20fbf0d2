-- A source says itself in which language it is quoted and how often: a start reads all of them, and would read a page of
-- every article for the language alone.
ALTER TABLE sources ADD COLUMN lang TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN statements INTEGER NOT NULL DEFAULT 0;
UPDATE sources SET
    lang = coalesce((SELECT lang FROM articles WHERE key = article), ''),
    statements = (SELECT count(*) FROM statements WHERE source = sources.id);
