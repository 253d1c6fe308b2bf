-- Plans, keys that rotate, handoff, feedback, leads, webhooks, and what the API keeps to answer the same twice.

ALTER TABLE projects ADD COLUMN plan TEXT NOT NULL DEFAULT 'business';
-- Sealed: it proves visitors' identities.
ALTER TABLE projects ADD COLUMN identity_secret BLOB;

ALTER TABLE keys ADD COLUMN expires_at INTEGER;
ALTER TABLE keys ADD COLUMN seen_in_browser_at INTEGER;
CREATE INDEX keys_revoked ON keys (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX keys_expires ON keys (expires_at) WHERE expires_at IS NOT NULL;

ALTER TABLE conversations ADD COLUMN identified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN agent TEXT;
ALTER TABLE conversations ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
-- Lists are counted and paged through within these alone: what filters stands behind what orders.
CREATE INDEX conversations_created ON conversations (project_id, created_at, id, handled_by, handoff_requested);
CREATE INDEX conversations_status ON conversations (project_id, status, created_at, id, handled_by, handoff_requested);
CREATE INDEX conversations_visitor ON conversations (project_id, visitor_id, created_at, id);
CREATE INDEX conversations_session ON conversations (project_id, session, created_at, id);
-- Sweeps ask for one status at a time, so that idle ones are found without walking all that were closed.
DROP INDEX conversations_updated;
CREATE INDEX conversations_updated ON conversations (project_id, status, updated_at, id);

ALTER TABLE messages ADD COLUMN author TEXT;
ALTER TABLE messages ADD COLUMN failure TEXT;
ALTER TABLE messages ADD COLUMN outcome TEXT;
ALTER TABLE messages ADD COLUMN reserved TEXT;
ALTER TABLE messages ADD COLUMN rating TEXT;
ALTER TABLE messages ADD COLUMN comment TEXT;
-- The node that writes a pending answer, and whether it shall stop: where there are several.
ALTER TABLE messages ADD COLUMN holder BLOB;
ALTER TABLE messages ADD COLUMN stop_asked INTEGER NOT NULL DEFAULT 0;

-- The nodes that work on these data, and when each was heard of.
CREATE TABLE nodes (
    id BLOB NOT NULL PRIMARY KEY,
    seen_at INTEGER NOT NULL
) STRICT;

-- What a visitor's page hears live beside the answers: agents' messages and changes of state.
CREATE TABLE conversation_events (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, seq)
) STRICT;
CREATE INDEX conversation_events_project ON conversation_events (project_id, created_at);

-- Visitor ids that were proved once.
CREATE TABLE verified_visitors (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    visitor_id TEXT NOT NULL,
    verified_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, visitor_id)
) STRICT;

-- Turns that were asked for under an idempotency key.
CREATE TABLE requests (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    visitor_id TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    answer_id BLOB,
    refused TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, visitor_id, key)
) STRICT;
CREATE INDEX requests_created ON requests (created_at);
CREATE INDEX requests_conversation ON requests (conversation_id);

CREATE TABLE leads (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    visitor_id TEXT NOT NULL,
    conversation_id BLOB NOT NULL,
    session BLOB,
    name TEXT,
    email TEXT,
    phone TEXT,
    details TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX leads_created ON leads (project_id, created_at, id);
CREATE INDEX leads_visitor ON leads (project_id, visitor_id, created_at, id);

CREATE TABLE logos (
    project_id BLOB NOT NULL PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    media TEXT NOT NULL,
    hash TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE TABLE sightings (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    origin TEXT NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, origin)
) STRICT;

CREATE TABLE notices (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    occasion TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (project_id, kind, occasion)
) STRICT;
CREATE INDEX notices_created ON notices (project_id, created_at, id);

CREATE TABLE audit (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_created ON audit (project_id, created_at, id);

CREATE TABLE endpoints (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    events TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    -- Sealed; while one is being replaced, the other one stands beside it.
    secret BLOB NOT NULL,
    other_secret BLOB,
    other_until INTEGER,
    other_is_next INTEGER NOT NULL,
    failing_since INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX endpoints_project ON endpoints (project_id, created_at, id);

CREATE TABLE events (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    visitor_id TEXT,
    -- Its events reach an endpoint one after another.
    conversation_id BLOB,
    -- The very bytes that are sent at every attempt.
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX events_created ON events (project_id, created_at, id);
CREATE INDEX events_visitor ON events (project_id, visitor_id);

CREATE TABLE deliveries (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    endpoint_id BLOB NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    event_id BLOB NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    -- On the present schedule, and in all.
    attempts INTEGER NOT NULL,
    made INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    lease BLOB,
    attempted_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_endpoint ON deliveries (endpoint_id, created_at, id);
CREATE INDEX deliveries_due ON deliveries (endpoint_id, next_at, event_id) WHERE state = 'pending';
CREATE INDEX deliveries_event ON deliveries (event_id);
CREATE INDEX deliveries_project ON deliveries (project_id, created_at);

-- The log: one row for each attempt, written with what became of its delivery.
CREATE TABLE attempts (
    delivery_id BLOB NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    status_code INTEGER,
    -- When the next one was to follow.
    planned_at INTEGER,
    error TEXT,
    request_head TEXT,
    response_head TEXT,
    response_body TEXT,
    PRIMARY KEY (delivery_id, number)
) STRICT;
