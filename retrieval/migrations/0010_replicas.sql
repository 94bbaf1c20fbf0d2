-- Several bots share what was received: which process deals with an update, and until when it is that one's alone
-- (seconds since 1970). When that time is over its process has died, and another one takes the update up.
ALTER TABLE updates ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE updates ADD COLUMN due REAL NOT NULL DEFAULT 0;
CREATE INDEX updates_open ON updates (due) WHERE document IS NOT NULL;

-- The newest update about something that comes in several: a channel's post with its edits, the pictures of an album.
CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL,  -- the update's
    made REAL NOT NULL  -- seconds since 1970
) STRICT, WITHOUT ROWID;
CREATE INDEX marks_by_time ON marks (made);
