-- How far walks through a store have come, each some steps at a time.
CREATE TABLE positions (
  walk TEXT PRIMARY KEY,
  -- The key after which the walk goes on; empty: at the beginning.
  after_key TEXT NOT NULL
) STRICT;
