"""Permissions of passkeys: everybody has their own; whoever signs in has none yet."""

from permissions.declaring import Open, Permissions
from permissions.roles import EVERYONE
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={"passkey.own": everything(EVERYONE)},
    routes={
        "POST /api/v1/session/challenge": Open.EVERYWHERE,
        "POST /api/v1/session/passkey": Open.EVERYWHERE,
        "GET /api/v1/passkeys": "passkey.own",
        "POST /api/v1/passkeys": "passkey.own",
        "POST /api/v1/passkeys/challenge": "passkey.own",
        "PATCH /api/v1/passkeys/{passkey_id}": "passkey.own",
        "POST /api/v1/passkeys/{passkey_id}/remove": "passkey.own",
        "POST /api/v1/recovery-codes": "passkey.own",
        "GET /password/passkeys": "passkey.own",
        "POST /password/passkeys/codes": "passkey.own",
        "POST /password/passkeys/{passkey_id}": "passkey.own",
        "POST /password/passkeys/{passkey_id}/remove": "passkey.own",
    },
)
