-- People who work with BotPlot: accounts, what they may do in which project, and what they keep in the dashboard.

CREATE TABLE accounts (
    id uuid NOT NULL PRIMARY KEY,
    -- Lower case.
    email text NOT NULL UNIQUE,
    -- True once the person has proved that they read the letters to this address.
    confirmed boolean NOT NULL DEFAULT false,
    name text NOT NULL,
    -- As Argon2 writes it; none for those who only sign in elsewhere.
    password text,
    -- Sealed; of the second factor, with the last step of time whose code was taken.
    factor bytea,
    factor_step bigint NOT NULL DEFAULT 0,
    -- SHA-256, in hex, of the recovery codes that were not used yet.
    recovery jsonb NOT NULL DEFAULT '[]',
    -- True for those who may make projects.
    operator boolean NOT NULL DEFAULT false,
    preferences jsonb NOT NULL DEFAULT '{}',
    created_at bigint NOT NULL
);

CREATE TABLE members (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (project_id, account_id)
);
CREATE INDEX members_account ON members (account_id);

CREATE TABLE sign_ins (
    id uuid NOT NULL PRIMARY KEY,
    -- SHA-256 of what the browser holds.
    hash bytea NOT NULL UNIQUE,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    browser text NOT NULL,
    address text NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sign_ins_account ON sign_ins (account_id);
CREATE INDEX sign_ins_expires ON sign_ins (expires_at);

-- True when a project's people need a second factor to get in.
ALTER TABLE projects ADD COLUMN factor_required boolean NOT NULL DEFAULT false;

-- Links that work once: set-up, invitations, lost passwords, new addresses.
CREATE TABLE links (
    id uuid NOT NULL PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    kind text NOT NULL,
    project_id uuid REFERENCES projects (id) ON DELETE CASCADE,
    account_id uuid REFERENCES accounts (id) ON DELETE CASCADE,
    email text,
    -- True when a letter alone carries it.
    mailed boolean NOT NULL DEFAULT false,
    role text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE INDEX links_project ON links (project_id);
CREATE INDEX links_account ON links (account_id);

-- Codes of an account that were wrong of late, or are being looked at; counted here so that all nodes count together.
CREATE TABLE tries (
    account_id uuid NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    made bigint NOT NULL,
    since bigint NOT NULL
);

-- Who an account is at a provider of OpenID Connect.
CREATE TABLE identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at bigint NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_account ON identities (account_id);

-- Who takes care of a conversation; since when its visitor waits for a person, and when the team was told that nobody
-- looks; how far the visitor's page has heard, since when a reply waits for it, when the visitor was written a letter.
ALTER TABLE conversations ADD COLUMN assignee uuid;
ALTER TABLE conversations ADD COLUMN waiting_since bigint;
ALTER TABLE conversations ADD COLUMN alerted_at bigint;
ALTER TABLE conversations ADD COLUMN heard bigint NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN replied_at bigint;
ALTER TABLE conversations ADD COLUMN mailed_at bigint;
CREATE INDEX conversations_recent ON conversations (project_id, updated_at, id);
CREATE INDEX conversations_waiting ON conversations (project_id, updated_at, id) WHERE handoff_requested;
CREATE INDEX conversations_overdue ON conversations (project_id, waiting_since, id)
    WHERE waiting_since IS NOT NULL AND alerted_at IS NULL;
CREATE INDEX conversations_replied ON conversations (project_id, replied_at, id) WHERE replied_at IS NOT NULL;
CREATE INDEX conversations_assignee ON conversations (project_id, assignee, updated_at, id) WHERE assignee IS NOT NULL;

-- How many of a conversation's messages an account has read.
CREATE TABLE reads (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    messages bigint NOT NULL,
    PRIMARY KEY (account_id, conversation_id)
);
CREATE INDEX reads_project ON reads (project_id);
CREATE INDEX reads_conversation ON reads (conversation_id);

-- What the team writes to each other about a conversation.
CREATE TABLE notes (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    author text NOT NULL,
    content text NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX notes_conversation ON notes (conversation_id, created_at, id);
CREATE INDEX notes_project ON notes (project_id);

-- Canned replies.
CREATE TABLE replies (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name text NOT NULL,
    content text NOT NULL,
    created_at bigint NOT NULL,
    UNIQUE (project_id, name)
);

-- Addresses that want no letters about a project's replies.
CREATE TABLE unsubscribed (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    email text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (project_id, email)
);

-- How an answer came about, how long it took, and when somebody looked into why it was none.
ALTER TABLE messages ADD COLUMN trace jsonb;
ALTER TABLE messages ADD COLUMN took_ms bigint;
ALTER TABLE messages ADD COLUMN reviewed_at bigint;
-- What was not answered well and nobody has looked into yet.
CREATE INDEX messages_gaps ON messages (project_id, created_at)
    WHERE reviewed_at IS NULL AND (rating = 'down' OR (outcome ->> 'refused') IS NOT NULL);

-- The project's question set, and its runs.
CREATE TABLE questions (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    question text NOT NULL,
    -- What a right answer says, in words that stand in it; empty when any answer will do.
    expected text NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX questions_project ON questions (project_id, created_at, id);

CREATE TABLE runs (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    questions bigint NOT NULL,
    passed bigint NOT NULL,
    results jsonb NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX runs_project ON runs (project_id, created_at, id);

-- When a visitor agreed to what the lead form asked for; the text stands in `details`.
ALTER TABLE leads ADD COLUMN consented_at bigint;

-- What figures are counted from. Of an answer: whether the bot said that it does not know. Of a conversation: the same
-- of its last answer, and whether a person was ever asked for or stepped in.
ALTER TABLE messages ADD COLUMN refused boolean;
ALTER TABLE conversations ADD COLUMN refused boolean;
ALTER TABLE conversations ADD COLUMN person boolean NOT NULL DEFAULT false;
UPDATE messages SET refused = coalesce(CAST(outcome ->> 'refused' AS boolean), false)
WHERE outcome IS NOT NULL AND state <> 'failed';
UPDATE conversations SET person = true WHERE handoff_requested OR handled_by = 'human';
UPDATE conversations SET refused = (SELECT m.refused FROM messages m
    WHERE m.conversation_id = conversations.id AND m.refused IS NOT NULL ORDER BY m.seq DESC LIMIT 1);
-- Counted by quarters of an hour, in which every time zone's days begin, within these alone.
CREATE INDEX conversations_figures ON conversations (project_id, (created_at / 900000000), person, refused, visitor_id);
CREATE INDEX messages_figures ON messages (project_id, (created_at / 900000000), role, refused, rating, took_ms);
