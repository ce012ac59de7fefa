"""Letters that came to us, beside what we sent: answers to alerts, tips, feedback, threads of requests."""
