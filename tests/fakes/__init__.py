"""Scripted stand-ins for Asterisk; each is held to the real one by the same contract test."""
