"""Registers what backups put on the audit record."""

from web.registration import Feature

FEATURE = Feature(audited=("backup.made", "backup.restored", "database.moved"))
