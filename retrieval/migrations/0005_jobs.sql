-- What was accepted for the archive and is not in it yet, or how it ended. Times are seconds since 1970.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL,  -- url, file or articles
    name TEXT NOT NULL,
    payload BLOB NOT NULL,  -- empty once it is done
    place TEXT NOT NULL,  -- where to report to: whoever added the job knows how to read it
    state TEXT NOT NULL,  -- offered, waiting, running, done, failed or undone
    tries INTEGER NOT NULL DEFAULT 0,  -- how often it was begun since it last got on
    claim INTEGER NOT NULL DEFAULT 0,  -- how often it was ever begun: tells one worker's hold of it from a later one's
    due REAL NOT NULL,  -- from when on a worker may take it: of a waiting one its next try, of a running one its lease's end
    error TEXT,
    report TEXT,  -- JSON: a Report
    created REAL NOT NULL
) STRICT;
CREATE INDEX jobs_by_time ON jobs (due, id) WHERE state IN ('waiting', 'running');

-- What a job put into the archive, written before it is put: the job can be taken back, and goes on after a crash as if
-- there had been none.
CREATE TABLE job_articles (
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    article TEXT NOT NULL,
    hash TEXT NOT NULL,
    former TEXT,  -- JSON: the version that it replaced; NULL when it was new
    passages INTEGER NOT NULL,
    statements INTEGER NOT NULL,
    PRIMARY KEY (job, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_articles_by_article ON job_articles (article, job);

-- Feeds that are read by a schedule, and where their polling stands.
CREATE TABLE feeds (
    url TEXT PRIMARY KEY,
    title TEXT,
    etag TEXT,
    last_modified TEXT,
    next_poll REAL NOT NULL,
    failures INTEGER NOT NULL,
    failing_since REAL,
    told INTEGER NOT NULL  -- 1: admins know that it fails
) STRICT, WITHOUT ROWID;
