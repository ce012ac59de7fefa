"""The `tocsin` command: gathers the verbs that each service registers."""
