"""Files that people brought, given out again: always saved, never shown or run by a browser."""

from urllib.parse import quote

from fastapi.responses import Response


def download(content: bytes, name: str) -> Response:
    """Return a file to be saved under a name, whatever is in it."""
    kind = "".join(filter(str.isalnum, name.rpartition(".")[2]))[:8]
    ascii_name = f"file.{kind}" if kind.isascii() else "file"
    disposition = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}"
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": disposition,
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
