"""Letters to one participant alone: answers, tips, feedback, requests and responses."""
