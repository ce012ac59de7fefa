"""`make demo`: the whole system once, through the commands that its users have."""
