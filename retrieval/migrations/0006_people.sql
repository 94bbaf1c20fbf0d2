-- What the bot remembers of those who talk to it. Everything about a person goes with /forget.
CREATE TABLE people (
    id INTEGER PRIMARY KEY,  -- Telegram's user id
    language TEXT NOT NULL  -- what they chose with /language
) STRICT;

CREATE TABLE chats (
    id INTEGER PRIMARY KEY,  -- Telegram's chat id
    language TEXT,
    silent INTEGER NOT NULL DEFAULT 0,  -- 1: the group's admins switched the bot off
    told INTEGER NOT NULL DEFAULT 0,  -- 1: its admin knows what mentions need
    ingested INTEGER NOT NULL DEFAULT 0  -- 1: an admin of the bot approved that the channel's posts are taken in
) STRICT;

-- Answers given: what their buttons go on from, and what a follow-up follows.
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    chat INTEGER NOT NULL,
    thread INTEGER NOT NULL,  -- topic of a forum, else 0
    person INTEGER NOT NULL,  -- who asked; 0 for nobody known
    message INTEGER NOT NULL,  -- the message that asked
    answer TEXT NOT NULL,  -- JSON: an Answer
    followed INTEGER NOT NULL,  -- 0: /new was said since
    given REAL NOT NULL  -- seconds since 1970
) STRICT;
CREATE INDEX answers_by_place ON answers (chat, thread, person, given);
CREATE INDEX answers_by_person ON answers (person);
CREATE INDEX answers_by_time ON answers (given);

CREATE TABLE answer_messages (
    chat INTEGER NOT NULL,
    message INTEGER NOT NULL,
    answer TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    PRIMARY KEY (chat, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_messages_by_answer ON answer_messages (answer);

CREATE TABLE votes (
    answer TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    person INTEGER NOT NULL,
    useful INTEGER NOT NULL,
    PRIMARY KEY (answer, person)
) STRICT, WITHOUT ROWID;

-- Updates that were received and not yet dealt with, and the numbers of those that were.
CREATE TABLE updates (
    id INTEGER PRIMARY KEY,
    document TEXT,  -- JSON; NULL once it is dealt with
    received REAL NOT NULL
) STRICT;
CREATE INDEX updates_by_time ON updates (received);
