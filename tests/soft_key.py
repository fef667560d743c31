"""An authenticator in software, for what a browser's would never do: wrong counts, wrong places."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from authentication.passkeys import text_of

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """One passkey."""

    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    count: int = 0
    _key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def makes(self, options: str, origin: str) -> str:
        """Return what `navigator.credentials.create` would give."""
        asked = json.loads(options)
        numbers = self._key.public_key().public_numbers()
        points = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        public = cbor2.dumps({1: 2, 3: -7, -1: 1} | points)
        about = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(asked["rp"]["id"], ATTESTED | PRESENT | VERIFIED) + about
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = _said("webauthn.create", asked["challenge"], origin)
        response = {"clientDataJSON": text_of(said), "attestationObject": text_of(attested)}
        return self._told(response)

    def signs(self, options: str, origin: str, *, flags: int = PRESENT | VERIFIED) -> str:
        """Return what `navigator.credentials.get` would give; it counts one more each time."""
        asked = json.loads(options)
        self.count += 1
        data = self._data(asked["rpId"], flags)
        said = _said("webauthn.get", asked["challenge"], origin)
        signed = self._key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._told(
            {
                "clientDataJSON": text_of(said),
                "authenticatorData": text_of(data),
                "signature": text_of(signed),
                "userHandle": None,
            }
        )

    def _data(self, party: str, flags: int) -> bytes:
        known = hashlib.sha256(party.encode()).digest()
        return known + bytes([flags]) + self.count.to_bytes(4, "big")

    def _told(self, response: Mapping[str, object]) -> str:
        name = text_of(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _said(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()
