"""Bulk import of rows from files: reading, mapping, counting."""
