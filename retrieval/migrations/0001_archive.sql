-- Articles, and what they were cut into. `sequence` counts the archive's writes: every article carries that of
-- the write that brought it, every removal that of the write that took it, so that a derived index which has
-- reached some sequence finds out what came and went since.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('sequence', '0');

CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    lang TEXT NOT NULL,
    document TEXT NOT NULL  -- the article as JSON, text included, as it was given
) STRICT;
CREATE INDEX articles_by_sequence ON articles (sequence);

CREATE TABLE sentences (
    article INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    PRIMARY KEY (article, "start")
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a passage id is never used twice, so an index can never pair an old vector with a new text.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL
) STRICT;
CREATE INDEX passages_by_article ON passages (article);

-- Written in the same transaction as the passage. float16: it costs 1e-6 of cosine and half the disk.
CREATE TABLE vectors (
    passage INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    vector BLOB NOT NULL
) STRICT;

CREATE TABLE removals (
    sequence INTEGER NOT NULL,
    first_passage INTEGER NOT NULL,
    last_passage INTEGER NOT NULL,  -- inclusive
    PRIMARY KEY (sequence, first_passage)
) STRICT, WITHOUT ROWID;
