-- People who work with BotPlot: accounts, what they may do in which project, and what they keep in the dashboard.

CREATE TABLE accounts (
    id BLOB NOT NULL PRIMARY KEY,
    -- Lower case.
    email TEXT NOT NULL UNIQUE,
    -- True once the person has proved that they read the letters to this address.
    confirmed INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL,
    -- As Argon2 writes it; none for those who only sign in elsewhere.
    password TEXT,
    -- Sealed; of the second factor, with the last step of time whose code was taken.
    factor BLOB,
    factor_step INTEGER NOT NULL DEFAULT 0,
    -- SHA-256, in hex, of the recovery codes that were not used yet.
    recovery TEXT NOT NULL DEFAULT '[]',
    -- True for those who may make projects.
    operator INTEGER NOT NULL DEFAULT 0,
    preferences TEXT NOT NULL DEFAULT '{}',
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, account_id)
) STRICT;
CREATE INDEX members_account ON members (account_id);

CREATE TABLE sign_ins (
    id BLOB NOT NULL PRIMARY KEY,
    -- SHA-256 of what the browser holds.
    hash BLOB NOT NULL UNIQUE,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    browser TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_ins_account ON sign_ins (account_id);
CREATE INDEX sign_ins_expires ON sign_ins (expires_at);

-- True when a project's people need a second factor to get in.
ALTER TABLE projects ADD COLUMN factor_required INTEGER NOT NULL DEFAULT 0;

-- Links that work once: set-up, invitations, lost passwords, new addresses.
CREATE TABLE links (
    id BLOB NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    project_id BLOB REFERENCES projects (id) ON DELETE CASCADE,
    account_id BLOB REFERENCES accounts (id) ON DELETE CASCADE,
    email TEXT,
    -- True when a letter alone carries it.
    mailed INTEGER NOT NULL DEFAULT 0,
    role TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX links_project ON links (project_id);
CREATE INDEX links_account ON links (account_id);

-- Codes of an account that were wrong of late, or are being looked at; counted here so that all nodes count together.
CREATE TABLE tries (
    account_id BLOB NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    made INTEGER NOT NULL,
    since INTEGER NOT NULL
) STRICT;

-- Who an account is at a provider of OpenID Connect.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX identities_account ON identities (account_id);

-- Who takes care of a conversation; since when its visitor waits for a person, and when the team was told that nobody
-- looks; how far the visitor's page has heard, since when a reply waits for it, when the visitor was written a letter.
ALTER TABLE conversations ADD COLUMN assignee BLOB;
ALTER TABLE conversations ADD COLUMN waiting_since INTEGER;
ALTER TABLE conversations ADD COLUMN alerted_at INTEGER;
ALTER TABLE conversations ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN replied_at INTEGER;
ALTER TABLE conversations ADD COLUMN mailed_at INTEGER;
CREATE INDEX conversations_recent ON conversations (project_id, updated_at, id);
CREATE INDEX conversations_waiting ON conversations (project_id, updated_at, id) WHERE handoff_requested;
CREATE INDEX conversations_overdue ON conversations (project_id, waiting_since, id)
    WHERE waiting_since IS NOT NULL AND alerted_at IS NULL;
CREATE INDEX conversations_replied ON conversations (project_id, replied_at, id) WHERE replied_at IS NOT NULL;
CREATE INDEX conversations_assignee ON conversations (project_id, assignee, updated_at, id) WHERE assignee IS NOT NULL;

-- How many of a conversation's messages an account has read.
CREATE TABLE reads (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    messages INTEGER NOT NULL,
    PRIMARY KEY (account_id, conversation_id)
) STRICT;
CREATE INDEX reads_project ON reads (project_id);
CREATE INDEX reads_conversation ON reads (conversation_id);

-- What the team writes to each other about a conversation.
CREATE TABLE notes (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    author TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_conversation ON notes (conversation_id, created_at, id);
CREATE INDEX notes_project ON notes (project_id);

-- Canned replies.
CREATE TABLE replies (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (project_id, name)
) STRICT;

-- Addresses that want no letters about a project's replies.
CREATE TABLE unsubscribed (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, email)
) STRICT;

-- How an answer came about, how long it took, and when somebody looked into why it was none.
ALTER TABLE messages ADD COLUMN trace TEXT;
ALTER TABLE messages ADD COLUMN took_ms INTEGER;
ALTER TABLE messages ADD COLUMN reviewed_at INTEGER;
-- What was not answered well and nobody has looked into yet.
CREATE INDEX messages_gaps ON messages (project_id, created_at)
    WHERE reviewed_at IS NULL AND (rating = 'down' OR (outcome ->> 'refused') IS NOT NULL);

-- The project's question set, and its runs.
CREATE TABLE questions (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    -- What a right answer says, in words that stand in it; empty when any answer will do.
    expected TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX questions_project ON questions (project_id, created_at, id);

CREATE TABLE runs (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    questions INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    results TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_project ON runs (project_id, created_at, id);

-- When a visitor agreed to what the lead form asked for; the text stands in `details`.
ALTER TABLE leads ADD COLUMN consented_at INTEGER;

-- What figures are counted from. Of an answer: whether the bot said that it does not know. Of a conversation: the same
-- of its last answer, and whether a person was ever asked for or stepped in.
ALTER TABLE messages ADD COLUMN refused INTEGER;
ALTER TABLE conversations ADD COLUMN refused INTEGER;
ALTER TABLE conversations ADD COLUMN person INTEGER NOT NULL DEFAULT 0;
UPDATE messages SET refused = outcome LIKE '%"refused":true%' WHERE outcome IS NOT NULL AND state <> 'failed';
UPDATE conversations SET person = 1 WHERE handoff_requested OR handled_by = 'human';
UPDATE conversations SET refused = (SELECT m.refused FROM messages m
    WHERE m.conversation_id = conversations.id AND m.refused IS NOT NULL ORDER BY m.seq DESC LIMIT 1);
-- Counted by quarters of an hour, in which every time zone's days begin, within these alone.
CREATE INDEX conversations_figures ON conversations (project_id, created_at / 900000000, person, refused, visitor_id);
CREATE INDEX messages_figures ON messages (project_id, created_at / 900000000, role, refused, rating, took_ms);
