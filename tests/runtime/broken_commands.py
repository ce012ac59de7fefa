"""A service whose commands cannot be loaded."""

raise RuntimeError("broken at import")
