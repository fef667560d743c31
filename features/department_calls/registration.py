"""Registers calls to departments: what came of them is shown with ticket and department."""

from web.registration import Feature

FEATURE = Feature()
