-- Who says what in an article. A source is somebody who is quoted in one article; which sources of several articles are
-- one person is worked out from their names (retrieval/speakers.py), so that taking an article out leaves nothing behind.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    aliases TEXT NOT NULL,  -- JSON: the other forms that this article uses
    role TEXT,
    person INTEGER NOT NULL,  -- 1: a name of a person; 0: a body, a country, somebody unnamed
    "start" INTEGER NOT NULL,  -- where the article introduces the source, title and name
    "end" INTEGER NOT NULL
) STRICT;
CREATE INDEX sources_by_article ON sources (article);

-- `start` and `end` enclose whole sentences; several statements may share one.
CREATE TABLE statements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
    source INTEGER REFERENCES sources (id) ON DELETE CASCADE,  -- NULL: nobody could be named
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    cue TEXT,
    kind TEXT NOT NULL
) STRICT;
CREATE INDEX statements_by_article ON statements (article, "start");
CREATE INDEX statements_by_source ON statements (source);

-- Which tokens of which passage a sentence is: its part of the packed token vectors. NULL in archives of before.
ALTER TABLE sentences ADD COLUMN passage INTEGER;
ALTER TABLE sentences ADD COLUMN first_token INTEGER;
ALTER TABLE sentences ADD COLUMN end_token INTEGER;
CREATE INDEX sentences_by_passage ON sentences (passage);

-- Questions that the archive could not answer, and never who asked.
CREATE TABLE wishes (
    question TEXT PRIMARY KEY,
    language TEXT NOT NULL,
    times INTEGER NOT NULL,
    last_asked TEXT NOT NULL
) STRICT, WITHOUT ROWID;
