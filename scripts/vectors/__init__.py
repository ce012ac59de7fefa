"""Test vectors for a second implementation: what is given, and what it must give."""
