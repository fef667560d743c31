"""Owns a whole shift as a measurement: agents at work, callers who ring, and a check of each call."""
