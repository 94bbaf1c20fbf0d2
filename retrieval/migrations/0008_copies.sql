-- Which articles are near-duplicates of one another (retrieval/near_duplicates.py): those of one story. The story is the
-- key of the article that was its first; it stays the story's number when that article goes. Articles of before have no
-- row until `qawl check --repair`.
CREATE TABLE signatures (
    article INTEGER PRIMARY KEY REFERENCES articles (key) ON DELETE CASCADE,
    story INTEGER NOT NULL,
    signature BLOB NOT NULL  -- 512 bytes; empty when the article has no words
) STRICT;
CREATE INDEX signatures_by_story ON signatures (story);

-- Where articles with like signatures are looked up; 16 rows an article, some 200 bytes. No foreign key: it would want an
-- index of the same size; whoever takes an article out takes its bands out, too.
CREATE TABLE signature_bands (
    band INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (band, article)
) STRICT, WITHOUT ROWID;
