-- Ids are UUIDs of 16 bytes, instants microseconds since 1970, JSON is text. `migrations/postgres` says the same.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE projects (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    index_version INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    class TEXT NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    shown TEXT,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX keys_project ON keys (project_id);

CREATE TABLE sources (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT,
    config TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    discovered INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    last_synced_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sources_project ON sources (project_id, created_at, id);

CREATE TABLE files (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    source_id BLOB NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (source_id, name)
) STRICT;
CREATE INDEX files_project ON files (project_id);

CREATE TABLE pages (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    source_id BLOB NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT,
    content_hash BLOB,
    etag TEXT,
    last_modified TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    bytes INTEGER NOT NULL,
    index_version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (source_id, url)
) STRICT;
-- In the order of `changed_chunks`, so that a whole project streams out unsorted.
CREATE INDEX pages_changed ON pages (project_id, index_version, id);

CREATE TABLE chunks (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    page_id BLOB NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    ord INTEGER NOT NULL,
    heading TEXT NOT NULL,
    body TEXT NOT NULL,
    pieces INTEGER NOT NULL,
    model TEXT,
    vector BLOB,
    UNIQUE (page_id, ord)
) STRICT;
-- What waits for a vector is found without reading what has one.
CREATE INDEX chunks_model ON chunks (project_id, model);

CREATE TABLE conversations (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    visitor_id TEXT NOT NULL,
    session BLOB,
    token_required INTEGER NOT NULL,
    visitor_info TEXT NOT NULL,
    status TEXT NOT NULL,
    handled_by TEXT NOT NULL,
    handoff_requested INTEGER NOT NULL,
    message_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX conversations_updated ON conversations (project_id, updated_at, id);

CREATE TABLE messages (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    -- Counts up within the conversation: two messages may share an instant.
    seq INTEGER NOT NULL,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    context TEXT NOT NULL,
    sources TEXT NOT NULL,
    confidence REAL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (conversation_id, seq)
) STRICT;
CREATE INDEX messages_project ON messages (project_id, created_at);
CREATE INDEX messages_pending ON messages (created_at) WHERE state = 'pending';

CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lease BLOB,
    dedupe_key TEXT,
    error TEXT
) STRICT;
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_running ON jobs (project_id, run_at) WHERE state = 'running';
CREATE UNIQUE INDEX jobs_dedupe ON jobs (project_id, kind, dedupe_key) WHERE state = 'queued';

CREATE TABLE usage (
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    period TEXT NOT NULL,
    metric TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (project_id, period, metric)
) STRICT;
