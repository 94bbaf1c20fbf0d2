-- What migration 10 of SQLite says.
ALTER TABLE updates ADD COLUMN owner text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE updates ADD COLUMN due double precision NOT NULL DEFAULT 0;
CREATE INDEX updates_open ON updates (due) WHERE document IS NOT NULL;

CREATE TABLE marks (
    name text COLLATE "C" PRIMARY KEY,
    number bigint NOT NULL,
    made double precision NOT NULL
);
CREATE INDEX marks_by_time ON marks (made);

-- What people and chats have left of their questions a minute, counted for all bots together (bot/shared_limits.py).
-- Nobody's for longer than an hour, and not worth a write to disk.
CREATE UNLOGGED TABLE allowances (
    name text COLLATE "C" PRIMARY KEY,
    whole double precision NOT NULL  -- when all of it has come back, in seconds since 1970
);
