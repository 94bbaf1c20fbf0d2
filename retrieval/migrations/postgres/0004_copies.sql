-- What migration 8 of SQLite says. The story is the number of the article that was its first.
CREATE TABLE signatures (
    article uuid PRIMARY KEY REFERENCES articles (article) ON DELETE CASCADE,
    number bigint NOT NULL,
    story bigint NOT NULL,
    bands bigint[] NOT NULL,  -- what articles with like signatures are looked up by
    signature bytea NOT NULL
);
CREATE INDEX signatures_by_story ON signatures (story);
-- Without a list of pending entries, which every look would have to read through.
CREATE INDEX signatures_by_band ON signatures USING gin (bands) WITH (fastupdate = off);
