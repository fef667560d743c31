"""Built scripts and styles of the pages: which file a name stands for, and its bytes.

`scripts/web` builds them into the cache, named by their content, with a manifest; a file never
changes under its name, so browsers keep it for a year. Only what the manifest names is ever sent.
"""

import json
from dataclasses import dataclass
from pathlib import Path

SHOWN_AS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
PACKED = (("br", ".br"), ("gzip", ".gz"))
"""Encodings made at the build, the smaller first."""


class NotBuiltError(Exception):
    """The pages' scripts and styles are not there: `scripts/web` did not run, or failed."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    media_type: str
    encoding: str
    """Of the body; "" means as it is."""


class Assets:
    """The built files of one folder; a new build is noticed by the manifest's date."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_at = 0
        self._names: dict[str, str] = {}
        self._sent: dict[tuple[str, str], Asset] = {}

    def path(self, name: str) -> str:
        """Return the address of a source like `work.js`. Raises NotBuiltError."""
        built = self._manifest().get(name)
        if built is None:
            raise NotBuiltError(name)
        return f"/static/{built}"

    def find(self, built: str, accepted: str) -> Asset | None:
        """Return a file by its built name, packed if the browser accepts it; None: no such file.

        `accepted` is the Accept-Encoding header of the request.
        """
        if built not in self._manifest().values():
            return None
        offers = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
        for encoding, suffix in PACKED:
            if encoding in offers:
                return self._asset(built, encoding, suffix)
        return self._asset(built, "", "")

    def _asset(self, built: str, encoding: str, suffix: str) -> Asset:
        key = built, encoding
        if key not in self._sent:
            body = (self._folder / f"{built}{suffix}").read_bytes()
            self._sent[key] = Asset(body, SHOWN_AS[Path(built).suffix], encoding)
        return self._sent[key]

    def _manifest(self) -> dict[str, str]:
        file = self._folder / "manifest.json"
        try:
            changed = file.stat().st_mtime_ns
            if changed != self._read_at:
                self._names = json.loads(file.read_bytes())
                self._read_at = changed
                self._sent.clear()
        except (OSError, ValueError) as error:
            raise NotBuiltError(str(error)) from error
        return self._names
