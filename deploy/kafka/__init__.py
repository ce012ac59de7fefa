"""A production broker: its settings, and who may do what on it."""
