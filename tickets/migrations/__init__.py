"""Owns the steps from one version's tables to the next; `tickets.migrate` runs them."""
