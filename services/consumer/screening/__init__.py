"""A firm looks for what alerts name among its own parcels; nothing of them leaves its machine."""
