"""Backups and restores on record: who made one, and which was put in place."""
