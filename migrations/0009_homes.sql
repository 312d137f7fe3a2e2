-- The region that a key is bound to; NULL for none.
ALTER TABLE api_keys ADD COLUMN home TEXT;
