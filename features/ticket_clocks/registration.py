"""Registers tickets' clocks: they are shown with their tickets."""

from web.registration import Feature

FEATURE = Feature()
