"""Registers calls to attendants: what came of them is shown with each wake-up."""

from web.registration import Feature

FEATURE = Feature()
