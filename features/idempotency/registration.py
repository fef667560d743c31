"""Registers requests' keys: they belong to every POST of the API."""

from features.idempotency.requests import install
from web.registration import Feature

FEATURE = Feature(install=install)
