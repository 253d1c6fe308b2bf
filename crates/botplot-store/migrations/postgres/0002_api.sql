-- Plans, keys that rotate, handoff, feedback, leads, webhooks, and what the API keeps to answer the same twice.

ALTER TABLE projects ADD COLUMN plan text NOT NULL DEFAULT 'business';
-- Sealed: it proves visitors' identities.
ALTER TABLE projects ADD COLUMN identity_secret bytea;

ALTER TABLE keys ADD COLUMN expires_at bigint;
ALTER TABLE keys ADD COLUMN seen_in_browser_at bigint;
CREATE INDEX keys_revoked ON keys (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX keys_expires ON keys (expires_at) WHERE expires_at IS NOT NULL;

ALTER TABLE conversations ADD COLUMN identified boolean NOT NULL DEFAULT false;
ALTER TABLE conversations ADD COLUMN agent text;
ALTER TABLE conversations ADD COLUMN tags jsonb NOT NULL DEFAULT '[]';
-- Lists are counted and paged through within these alone: what filters stands behind what orders.
CREATE INDEX conversations_created ON conversations (project_id, created_at, id, handled_by, handoff_requested);
CREATE INDEX conversations_status ON conversations (project_id, status, created_at, id, handled_by, handoff_requested);
CREATE INDEX conversations_visitor ON conversations (project_id, visitor_id, created_at, id);
CREATE INDEX conversations_session ON conversations (project_id, session, created_at, id);
-- Sweeps ask for one status at a time, so that idle ones are found without walking all that were closed.
DROP INDEX conversations_updated;
CREATE INDEX conversations_updated ON conversations (project_id, status, updated_at, id);

ALTER TABLE messages ADD COLUMN author text;
ALTER TABLE messages ADD COLUMN failure text;
ALTER TABLE messages ADD COLUMN outcome jsonb;
ALTER TABLE messages ADD COLUMN reserved text;
ALTER TABLE messages ADD COLUMN rating text;
ALTER TABLE messages ADD COLUMN comment text;
-- The node that writes a pending answer, and whether it shall stop: where there are several.
ALTER TABLE messages ADD COLUMN holder uuid;
ALTER TABLE messages ADD COLUMN stop_asked boolean NOT NULL DEFAULT false;

-- The nodes that work on these data, and when each was heard of.
CREATE TABLE nodes (
    id uuid NOT NULL PRIMARY KEY,
    seen_at bigint NOT NULL
);

-- What a visitor's page hears live beside the answers: agents' messages and changes of state.
CREATE TABLE conversation_events (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq bigint NOT NULL,
    payload jsonb NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX conversation_events_project ON conversation_events (project_id, created_at);

-- Visitor ids that were proved once.
CREATE TABLE verified_visitors (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    visitor_id text NOT NULL,
    verified_at bigint NOT NULL,
    PRIMARY KEY (project_id, visitor_id)
);

-- Turns that were asked for under an idempotency key.
CREATE TABLE requests (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    visitor_id text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    answer_id uuid,
    refused text,
    created_at bigint NOT NULL,
    PRIMARY KEY (project_id, visitor_id, key)
);
CREATE INDEX requests_created ON requests (created_at);
CREATE INDEX requests_conversation ON requests (conversation_id);

CREATE TABLE leads (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    visitor_id text NOT NULL,
    conversation_id uuid NOT NULL,
    session uuid,
    name text,
    email text,
    phone text,
    details jsonb NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX leads_created ON leads (project_id, created_at, id);
CREATE INDEX leads_visitor ON leads (project_id, visitor_id, created_at, id);

CREATE TABLE logos (
    project_id uuid NOT NULL PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    media text NOT NULL,
    hash text NOT NULL,
    content bytea NOT NULL
);

CREATE TABLE sightings (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    origin text NOT NULL,
    last_seen_at bigint NOT NULL,
    PRIMARY KEY (project_id, origin)
);

CREATE TABLE notices (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind text NOT NULL,
    occasion text NOT NULL,
    detail jsonb NOT NULL,
    created_at bigint NOT NULL,
    UNIQUE (project_id, kind, occasion)
);
CREATE INDEX notices_created ON notices (project_id, created_at, id);

CREATE TABLE audit (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    action text NOT NULL,
    actor text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX audit_created ON audit (project_id, created_at, id);

CREATE TABLE endpoints (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    url text NOT NULL,
    description text NOT NULL,
    events jsonb NOT NULL,
    status text NOT NULL,
    reason text,
    -- Sealed; while one is being replaced, the other one stands beside it.
    secret bytea NOT NULL,
    other_secret bytea,
    other_until bigint,
    other_is_next boolean NOT NULL,
    failing_since bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX endpoints_project ON endpoints (project_id, created_at, id);

CREATE TABLE events (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind text NOT NULL,
    visitor_id text,
    -- Its events reach an endpoint one after another.
    conversation_id uuid,
    -- The very bytes that are sent at every attempt.
    body bytea NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX events_created ON events (project_id, created_at, id);
CREATE INDEX events_visitor ON events (project_id, visitor_id);

CREATE TABLE deliveries (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    endpoint_id uuid NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    event_id uuid NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    state text NOT NULL,
    -- On the present schedule, and in all.
    attempts bigint NOT NULL,
    made bigint NOT NULL,
    next_at bigint NOT NULL,
    lease uuid,
    attempted_at bigint,
    created_at bigint NOT NULL
);
CREATE INDEX deliveries_endpoint ON deliveries (endpoint_id, created_at, id);
CREATE INDEX deliveries_due ON deliveries (endpoint_id, next_at, event_id) WHERE state = 'pending';
CREATE INDEX deliveries_event ON deliveries (event_id);
CREATE INDEX deliveries_project ON deliveries (project_id, created_at);

-- The log: one row for each attempt, written with what became of its delivery.
CREATE TABLE attempts (
    delivery_id uuid NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    began_at bigint NOT NULL,
    duration_ms bigint NOT NULL,
    status_code bigint,
    -- When the next one was to follow.
    planned_at bigint,
    error text,
    request_head text,
    response_head text,
    response_body text,
    PRIMARY KEY (delivery_id, number)
);
