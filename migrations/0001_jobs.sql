-- Times are milliseconds since 1970. A column named …_json holds JSON.

-- API keys. The token itself is shown once and kept nowhere.
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  -- Keys of one owner see the same jobs, so that a key can be replaced.
  owner TEXT NOT NULL,
  token_sha256 TEXT NOT NULL,
  -- Separated by commas.
  scopes TEXT NOT NULL,
  requests_per_minute INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  -- NULL: asked for by no key (a hook, a bucket, an open service); seen by every key.
  owner TEXT,
  -- queued, running, done, failed, cancelled or expired.
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  -- When the result is forgotten; set when the job is done.
  expires_at INTEGER,
  -- {"kind":"upload"}, {"kind":"url","url":…} or {"kind":"object","key":…,"etag":…}
  source_json TEXT NOT NULL,
  -- What to compute and how to write it: see JobOptions.
  options_json TEXT NOT NULL,
  -- Repeated as it came, in answers and webhooks.
  metadata_json TEXT,
  -- Where its end is told; NULL for nowhere.
  callback_url TEXT,
  -- The service's own address as the asker knew it, for the URLs in webhooks.
  origin TEXT,
  -- Signs URLs of this job's result.
  url_secret TEXT NOT NULL,
  batch_id TEXT,
  batch_line INTEGER,
  -- The caller's name of a batch line.
  line_id TEXT,
  result_key TEXT,
  layers_done INTEGER NOT NULL DEFAULT 0,
  layers_total INTEGER NOT NULL DEFAULT 0,
  -- Why it failed, or why its last try did.
  problem_json TEXT,
  -- How often somebody began it, and who holds it now.
  tries INTEGER NOT NULL DEFAULT 0,
  lease_token TEXT,
  leased_until INTEGER NOT NULL DEFAULT 0,
  -- If it is not over by then, its message is taken for lost and sent again.
  resend_at INTEGER
) STRICT;
CREATE INDEX jobs_by_owner ON jobs (owner, created_at, id);
CREATE INDEX jobs_by_batch ON jobs (batch_id, status) WHERE batch_id IS NOT NULL;
CREATE INDEX jobs_by_resend ON jobs (resend_at) WHERE resend_at IS NOT NULL;
CREATE INDEX jobs_by_expiry ON jobs (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX jobs_by_result ON jobs (result_key) WHERE result_key IS NOT NULL;

CREATE TABLE batches (
  id TEXT PRIMARY KEY,
  owner TEXT,
  -- running, done, cancelled or expired.
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  expires_at INTEGER,
  lines INTEGER NOT NULL,
  -- How many lines have become jobs.
  lines_submitted INTEGER NOT NULL DEFAULT 0,
  -- 1 once somebody asked to stop.
  cancelled INTEGER NOT NULL DEFAULT 0,
  options_json TEXT NOT NULL,
  metadata_json TEXT,
  callback_url TEXT,
  origin TEXT,
  url_secret TEXT NOT NULL,
  resend_at INTEGER
) STRICT;
CREATE INDEX batches_by_owner ON batches (owner, created_at, id);
CREATE INDEX batches_by_resend ON batches (resend_at) WHERE resend_at IS NOT NULL;
CREATE INDEX batches_by_expiry ON batches (expires_at) WHERE expires_at IS NOT NULL;

-- What was computed, by what it was computed from; shared by all jobs and by POST /v1/features.
CREATE TABLE results (
  key TEXT PRIMARY KEY,
  -- NULL until it is computed.
  header_json TEXT,
  -- The folder of its bytes: every attempt writes into one of its own.
  folder TEXT NOT NULL,
  parts INTEGER,
  expires_at INTEGER NOT NULL,
  -- Who computes it now.
  lease_token TEXT,
  leased_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX results_by_expiry ON results (expires_at);

-- Requests by their Idempotency-Key.
CREATE TABLE idempotency (
  -- Empty for requests without an API key.
  owner TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  -- The job or batch that it makes.
  subject_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- 0 while the first request is under way.
  complete INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (owner, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Webhooks out: one row for each event and the endpoint it goes to.
CREATE TABLE deliveries (
  -- The webhook-id header, the same for every try.
  id TEXT PRIMARY KEY,
  -- The job or batch that it is about.
  subject_id TEXT NOT NULL,
  -- The owner of that job or batch; whose secrets sign it.
  owner TEXT,
  url TEXT NOT NULL,
  -- The URL's host and port: each gets few tries at a time.
  host TEXT NOT NULL,
  -- The body, the same bytes for every try.
  payload TEXT NOT NULL,
  -- pending, delivered, exhausted (tried for the last time) or disabled (the endpoint answered 410).
  status TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  -- When to try next; NULL once it is over.
  next_try_at INTEGER,
  lease_token TEXT,
  leased_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX deliveries_by_subject ON deliveries (subject_id);
CREATE INDEX deliveries_by_age ON deliveries (created_at);
CREATE INDEX deliveries_in_flight ON deliveries (host, leased_until) WHERE status = 'pending';
CREATE INDEX deliveries_due ON deliveries (next_try_at) WHERE next_try_at IS NOT NULL;

CREATE TABLE delivery_attempts (
  delivery_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  -- NULL until it is over.
  duration_ms INTEGER,
  -- The answer's status; NULL if there was none.
  response_status INTEGER,
  -- unfinished (under way, or its process ended), delivered, http-error, redirect, gone, timeout, unreachable, url-not-allowed or unsigned.
  outcome TEXT NOT NULL,
  PRIMARY KEY (delivery_id, number)
) STRICT;

-- Signing secrets of webhooks out; several of one owner overlap while they are rotated.
CREATE TABLE webhook_secrets (
  id TEXT PRIMARY KEY,
  owner TEXT,
  -- whsec_…
  secret TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- NULL: until it is rotated.
  expires_at INTEGER
) STRICT;
CREATE INDEX webhook_secrets_by_owner ON webhook_secrets (owner, created_at);

-- Endpoints that answered 410.
CREATE TABLE disabled_endpoints (
  -- Empty for none.
  owner TEXT NOT NULL,
  url TEXT NOT NULL,
  disabled_at INTEGER NOT NULL,
  PRIMARY KEY (owner, url)
) STRICT;

-- Webhooks in.
CREATE TABLE hooks (
  name TEXT PRIMARY KEY,
  -- Whose jobs they make; NULL: every key's.
  owner TEXT,
  -- How requests are verified, where the audio is, what to compute, where the end is told: see HookConfig.
  config_json TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Deliveries that hooks have taken already.
CREATE TABLE hook_seen_ids (
  hook_name TEXT NOT NULL,
  event_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (hook_name, event_id)
) STRICT;
CREATE INDEX hook_seen_ids_by_age ON hook_seen_ids (seen_at);

-- The queue of runtimes that have none: a message is there until it is done.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  queue TEXT NOT NULL,
  body_json TEXT NOT NULL,
  -- Given to nobody before then: delayed, or held by a consumer.
  visible_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  lease_token TEXT
) STRICT;
CREATE INDEX messages_by_visibility ON messages (queue, visible_at);
