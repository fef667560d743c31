"""Backup and restore of one home: files and database of one moment, with a manifest."""
