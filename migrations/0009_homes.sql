-- The regions that keys are bound to; a key without a row has none. As a column of api_keys it would break inserts of the version before.
CREATE TABLE key_homes (
  key_id TEXT PRIMARY KEY,
  home TEXT NOT NULL
) STRICT;
