"""The authority: says who takes part, with which keys, roles and audiences. It touches no record."""
