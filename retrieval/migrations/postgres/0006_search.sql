-- What search in the database needs; `postgres_search.prepare` fills it from what is there, and makes the three columns
-- NOT NULL. Vectors are found by an index a language, which is built when a language has grown (docs/scaling.md).
ALTER TABLE passages ADD COLUMN lang text COLLATE "C";  -- the article's, for an index covers one table
ALTER TABLE passages ADD COLUMN stems tsvector;  -- what a passage is looked up by
ALTER TABLE passages ADD COLUMN weights sparsevec;  -- what it is ranked by: BM25 is the product with a question's
-- With its vector and its words a passage takes 2 kB: they stay together, and only the token vectors lie elsewhere.
ALTER TABLE passages SET (toast_tuple_target = 6000);
CREATE INDEX passages_by_lang ON passages (lang);
-- Without a list of pending entries, which every question would have to read through.
CREATE INDEX passages_by_stem ON passages USING gin (stems) WITH (fastupdate = off);

-- How many passages hold a stem. Room in each page lets a count change without touching the key.
CREATE TABLE stem_counts (
    stem text COLLATE "C" PRIMARY KEY,
    passages bigint NOT NULL
) WITH (fillfactor = 70);

-- How many passages there are in a language, and the sum of their vectors.
CREATE TABLE languages (
    lang text COLLATE "C" NOT NULL,
    dimension integer NOT NULL,
    passages bigint NOT NULL,
    total double precision[] NOT NULL,
    PRIMARY KEY (lang, dimension)
);
