-- Ids are UUIDs, instants microseconds since 1970. `migrations/sqlite` says the same.

CREATE TABLE meta (
    name text NOT NULL PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE projects (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL UNIQUE,
    settings jsonb NOT NULL,
    index_version bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL
);

CREATE TABLE keys (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    class text NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL UNIQUE,
    hash bytea NOT NULL,
    shown text,
    created_at bigint NOT NULL,
    last_used_at bigint,
    revoked_at bigint
);
CREATE INDEX keys_project ON keys (project_id);

CREATE TABLE sources (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind text NOT NULL,
    name text NOT NULL,
    url text,
    config jsonb NOT NULL,
    status text NOT NULL,
    error text,
    discovered bigint NOT NULL,
    pages bigint NOT NULL,
    chunks bigint NOT NULL,
    bytes bigint NOT NULL,
    last_synced_at bigint,
    created_at bigint NOT NULL
);
CREATE INDEX sources_project ON sources (project_id, created_at, id);

CREATE TABLE files (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    source_id uuid NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    name text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (source_id, name)
);
CREATE INDEX files_project ON files (project_id);

CREATE TABLE pages (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    source_id uuid NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    url text NOT NULL,
    title text NOT NULL,
    language text,
    content_hash bytea,
    etag text,
    last_modified text,
    state text NOT NULL,
    reason text,
    bytes bigint NOT NULL,
    index_version bigint NOT NULL,
    updated_at bigint NOT NULL,
    UNIQUE (source_id, url)
);
-- In the order of `changed_chunks`, so that a whole project streams out unsorted.
CREATE INDEX pages_changed ON pages (project_id, index_version, id);

CREATE TABLE chunks (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    page_id uuid NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    ord bigint NOT NULL,
    heading text NOT NULL,
    body text NOT NULL,
    pieces bigint NOT NULL,
    model text,
    vector bytea,
    UNIQUE (page_id, ord)
);
-- What waits for a vector is found without reading what has one.
CREATE INDEX chunks_model ON chunks (project_id, model);

CREATE TABLE conversations (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    visitor_id text NOT NULL,
    session uuid,
    token_required boolean NOT NULL,
    visitor_info jsonb NOT NULL,
    status text NOT NULL,
    handled_by text NOT NULL,
    handoff_requested boolean NOT NULL,
    message_count bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX conversations_updated ON conversations (project_id, updated_at, id);

CREATE TABLE messages (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    -- Counts up within the conversation: two messages may share an instant.
    seq bigint NOT NULL,
    role text NOT NULL,
    content text NOT NULL,
    context jsonb NOT NULL,
    sources jsonb NOT NULL,
    confidence double precision,
    state text NOT NULL,
    created_at bigint NOT NULL,
    UNIQUE (conversation_id, seq)
);
CREATE INDEX messages_project ON messages (project_id, created_at);
CREATE INDEX messages_pending ON messages (created_at) WHERE state = 'pending';

CREATE TABLE jobs (
    id uuid NOT NULL PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL,
    run_at bigint NOT NULL,
    attempts bigint NOT NULL,
    lease uuid,
    dedupe_key text,
    error text
);
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_running ON jobs (project_id, run_at) WHERE state = 'running';
CREATE UNIQUE INDEX jobs_dedupe ON jobs (project_id, kind, dedupe_key) WHERE state = 'queued';

CREATE TABLE usage (
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    period text NOT NULL,
    metric text NOT NULL,
    used bigint NOT NULL,
    PRIMARY KEY (project_id, period, metric)
);
