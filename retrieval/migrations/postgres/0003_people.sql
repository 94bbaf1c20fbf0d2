-- The same tables as migration 6 of SQLite, which says what they hold.
CREATE TABLE people (
    id bigint PRIMARY KEY,
    language text NOT NULL
);

CREATE TABLE chats (
    id bigint PRIMARY KEY,
    language text,
    silent bigint NOT NULL DEFAULT 0,
    told bigint NOT NULL DEFAULT 0,
    ingested bigint NOT NULL DEFAULT 0
);

CREATE TABLE answers (
    id text COLLATE "C" PRIMARY KEY,
    chat bigint NOT NULL,
    thread bigint NOT NULL,
    person bigint NOT NULL,
    message bigint NOT NULL,
    answer text NOT NULL,
    followed bigint NOT NULL,
    given double precision NOT NULL
);
CREATE INDEX answers_by_place ON answers (chat, thread, person, given);
CREATE INDEX answers_by_person ON answers (person);
CREATE INDEX answers_by_time ON answers (given);

CREATE TABLE answer_messages (
    chat bigint NOT NULL,
    message bigint NOT NULL,
    answer text COLLATE "C" NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    PRIMARY KEY (chat, message)
);
CREATE INDEX answer_messages_by_answer ON answer_messages (answer);

CREATE TABLE votes (
    answer text COLLATE "C" NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    person bigint NOT NULL,
    useful bigint NOT NULL,
    PRIMARY KEY (answer, person)
);

CREATE TABLE updates (
    id bigint PRIMARY KEY,
    document text,
    received double precision NOT NULL
);
CREATE INDEX updates_by_time ON updates (received);
