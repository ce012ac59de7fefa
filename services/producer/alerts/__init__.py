"""Alerts to firms: proposed, looked at, released by people, cleared."""
