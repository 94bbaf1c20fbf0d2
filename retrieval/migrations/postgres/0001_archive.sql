-- Articles, and what they were cut into: what migrations 1 to 4 of SQLite say of each table holds here, too.
--
-- Every key of an article's parts begins with `article`, a number that follows from the article's id, so that a cluster
-- can spread the tables by it (docs/scaling.md). Text that is compared is compared by its bytes (COLLATE "C").
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE meta (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);
INSERT INTO meta VALUES ('identity', replace(gen_random_uuid()::text, '-', ''));

-- The last numbers given. Who writes takes all its numbers here first, and holds the row until it commits: numbers grow
-- in the order of commits, which a sequence of PostgreSQL's would not promise.
CREATE TABLE counters (
    sequence bigint NOT NULL,
    articles bigint NOT NULL,
    passages bigint NOT NULL,
    sources bigint NOT NULL,
    statements bigint NOT NULL
);
INSERT INTO counters VALUES (0, 0, 0, 0, 0);

CREATE TABLE articles (
    article uuid PRIMARY KEY,  -- from the SHA-256 of the id
    number bigint NOT NULL,  -- grows with every version written
    id text COLLATE "C" NOT NULL,
    hash text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    lang text COLLATE "C" NOT NULL,
    head text NOT NULL,  -- the article as JSON, all but its text
    text text NOT NULL,
    first_passage bigint NOT NULL,  -- its passages are numbered from here without a gap
    sentences integer NOT NULL,  -- how many of each it has
    passages integer NOT NULL,
    statements integer NOT NULL
);
CREATE INDEX articles_by_sequence ON articles (sequence);
CREATE INDEX articles_by_number ON articles (number);

-- The vector has the encoder's dimension, which the archive learns with its first article.
CREATE TABLE passages (
    article uuid NOT NULL REFERENCES articles (article) ON DELETE CASCADE,
    id bigint NOT NULL,  -- never used twice
    "start" integer NOT NULL,
    "end" integer NOT NULL,
    vector halfvec,
    tokens bytea,  -- packed (retrieval/packing.py)
    PRIMARY KEY (article, id)
);
ALTER TABLE passages ALTER COLUMN tokens SET STORAGE EXTERNAL;  -- what is packed does not compress
CREATE INDEX passages_by_id ON passages (id);

CREATE TABLE sentences (
    article uuid NOT NULL REFERENCES articles (article) ON DELETE CASCADE,
    "start" integer NOT NULL,
    "end" integer NOT NULL,
    passage bigint NOT NULL,
    first_token integer NOT NULL,
    end_token integer NOT NULL,
    PRIMARY KEY (article, "start")
);
CREATE INDEX sentences_by_passage ON sentences (passage);

CREATE TABLE sources (
    article uuid NOT NULL REFERENCES articles (article) ON DELETE CASCADE,
    id bigint NOT NULL,
    name text NOT NULL,
    aliases text NOT NULL,
    role text,
    person boolean NOT NULL,
    "start" integer NOT NULL,
    "end" integer NOT NULL,
    PRIMARY KEY (article, id)
);

CREATE TABLE statements (
    article uuid NOT NULL REFERENCES articles (article) ON DELETE CASCADE,
    id bigint NOT NULL,
    source bigint,
    "start" integer NOT NULL,
    "end" integer NOT NULL,
    cue text,
    kind text NOT NULL,
    PRIMARY KEY (article, id),
    FOREIGN KEY (article, source) REFERENCES sources (article, id) ON DELETE CASCADE
);
CREATE INDEX statements_by_source ON statements (source);

CREATE TABLE removals (
    sequence bigint NOT NULL,
    first_passage bigint NOT NULL,
    last_passage bigint NOT NULL,
    PRIMARY KEY (sequence, first_passage)
);

CREATE TABLE wishes (
    key uuid PRIMARY KEY,  -- from the SHA-256 of the question: a long one fits no index
    question text NOT NULL,
    language text NOT NULL,
    times bigint NOT NULL,
    last_asked text COLLATE "C" NOT NULL
);
