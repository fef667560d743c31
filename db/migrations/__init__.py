"""Migrations from one version's tables to the next; `db.migrate` runs them."""
