CREATE INDEX deliveries_leased ON deliveries (leased_until) WHERE status = 'pending';
