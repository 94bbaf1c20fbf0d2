-- The same table as migration 9 of SQLite, which says what it holds.
CREATE TABLE entries (
    address text COLLATE "C" PRIMARY KEY,
    tries bigint NOT NULL,
    taken bigint NOT NULL,
    tried double precision NOT NULL,
    seen double precision NOT NULL
);
CREATE INDEX entries_by_time ON entries (seen);
