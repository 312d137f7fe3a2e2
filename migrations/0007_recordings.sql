-- Jobs of clips that are too long for one message: each window is computed by whoever takes it.
CREATE TABLE recordings (
  job_id TEXT PRIMARY KEY,
  owner TEXT,
  -- The result that it becomes, and the folder in which its windows are written.
  result_key TEXT NOT NULL,
  folder TEXT NOT NULL,
  -- The clip, its statistics and its windows: see RecordingPlan.
  plan_json TEXT NOT NULL,
  -- Who joins the windows now.
  lease_token TEXT,
  leased_until INTEGER NOT NULL DEFAULT 0,
  -- When what is left of a failed one is deleted; NULL while it is computed.
  expires_at INTEGER
) STRICT;
CREATE INDEX recordings_by_owner ON recordings (owner) WHERE expires_at IS NULL;
CREATE INDEX recordings_by_expiry ON recordings (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE windows (
  job_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  -- How often it was begun, and how often it then failed with a reason.
  tries INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  -- Who computes it now; without a token: when it may be begun again.
  lease_token TEXT,
  leased_until INTEGER NOT NULL DEFAULT 0,
  -- The try whose numbers count, and the backend that computed them; NULL until it is done.
  done_try INTEGER,
  backend TEXT,
  PRIMARY KEY (job_id, number)
) STRICT;

-- 0 for a job that is computed at once.
ALTER TABLE jobs ADD COLUMN windows_total INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN windows_done INTEGER NOT NULL DEFAULT 0;
-- How long a recording lasts, in milliseconds, and when its first window could begin.
ALTER TABLE jobs ADD COLUMN recording_ms INTEGER;
ALTER TABLE jobs ADD COLUMN recording_began_at INTEGER;
-- SHA-256 of each clip's bytes, once they are known.
ALTER TABLE jobs ADD COLUMN clip_sha256s_json TEXT;
