"""The encrypted outbox: what was accepted, sealed and published, and the keys that serve it."""
