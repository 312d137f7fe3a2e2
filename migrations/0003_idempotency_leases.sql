-- The first request of a key holds it by a lease, which it renews until it is over.
ALTER TABLE idempotency ADD COLUMN lease_token TEXT;
-- NULL in rows of processes that know of no leases.
ALTER TABLE idempotency ADD COLUMN leased_until INTEGER;
