-- Since when a delivery that is due waits because its host, or its owner, has as many under way as they may; NULL: it does not.
ALTER TABLE deliveries ADD COLUMN waiting_since INTEGER;
CREATE INDEX deliveries_waiting_by_host ON deliveries (host, waiting_since) WHERE waiting_since IS NOT NULL;
CREATE INDEX deliveries_waiting_by_owner ON deliveries (owner, waiting_since) WHERE waiting_since IS NOT NULL;
CREATE INDEX deliveries_in_flight_by_owner ON deliveries (owner, leased_until) WHERE status = 'pending';
