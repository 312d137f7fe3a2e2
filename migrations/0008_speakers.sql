-- Voices that are known by name: each is one owner's, and is found in what one model gives.
CREATE TABLE speakers (
  id TEXT PRIMARY KEY,
  owner TEXT,
  name TEXT NOT NULL,
  -- The model, and what its embeddings depend on: others cannot be compared with them.
  model TEXT NOT NULL,
  space TEXT NOT NULL,
  -- The mean over clips of embeddings of length 1, float32 in base64.
  embedding TEXT NOT NULL,
  clips INTEGER NOT NULL,
  sound_seconds REAL NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX speakers_by_owner ON speakers (owner, id);
