-- Addresses that feeds list and that were tried, whatever became of them: an article's id is its page's canonical address,
-- which says nothing of the address that led there, nor of pages that could not be read.
CREATE TABLE entries (
    address TEXT PRIMARY KEY,
    tries INTEGER NOT NULL,  -- how often it was tried and could not be read
    taken INTEGER NOT NULL,  -- 1: it is in the queue, or was
    tried REAL NOT NULL,  -- when it was last tried, in seconds since 1970
    seen REAL NOT NULL  -- when it was last listed, to the day
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_by_time ON entries (seen);
