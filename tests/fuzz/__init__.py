"""Changes everything that comes from outside: nothing changed is believed, and nothing dies of it."""
