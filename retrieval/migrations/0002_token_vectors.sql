-- Packed token vectors (retrieval/packing.py), read by passage id for the candidates of a question. In a table of
-- their own, so that whoever reads passages or vectors does not read past them.
CREATE TABLE token_vectors (
    passage INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    packed BLOB NOT NULL
) STRICT;
