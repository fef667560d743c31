"""Registers the copies of recordings."""

from web.registration import Feature

FEATURE = Feature(audited=("recording.copied", "recording.keys_changed"))
