-- A source says itself in which language it is quoted and how often: a start reads all of them, and would read every
-- article for the language alone.
ALTER TABLE sources ADD COLUMN lang text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN statements integer NOT NULL DEFAULT 0;
UPDATE sources s SET
    lang = (SELECT a.lang FROM articles a WHERE a.article = s.article),
    statements = (SELECT count(*) FROM statements t WHERE t.article = s.article AND t.source = s.id);
ALTER TABLE sources ALTER COLUMN lang DROP DEFAULT;
ALTER TABLE sources ALTER COLUMN statements DROP DEFAULT;
