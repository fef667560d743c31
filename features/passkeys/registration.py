"""Registers passkeys and recovery codes."""

from features.passkeys import api, pages
from web.registration import Feature

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    audited=(
        "passkey.added",
        "passkey.renamed",
        "passkey.removed",
        "recovery.made",
    ),
)
