"""The desk of a participant: who acts for it, what they have in hand, and the log of what they did."""
