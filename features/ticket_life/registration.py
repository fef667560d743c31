"""Registers a ticket's life: it is changed and shown by tickets."""

from web.registration import Feature

FEATURE = Feature()
