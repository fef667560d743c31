"""One page of docs/ that several measurements write, each its own section."""

import re
from pathlib import Path


def with_section(page: str, section: str) -> str:
    """Return a page in which the section with the same heading is replaced, or added at the end.

    A section goes from its heading (`# …` or `## …`) to the next one.
    """
    heading = section.partition("\n")[0]
    parts = [part for part in re.split(r"^(?=##? )", page, flags=re.MULTILINE) if part]
    kept = [section if part.partition("\n")[0] == heading else part for part in parts]
    if section not in kept:
        kept.append(section)
    return "\n\n".join(part.strip("\n") for part in kept) + "\n"


def keep(path: Path, section: str) -> None:
    """Write a section into a page."""
    path.write_text(with_section(path.read_text() if path.exists() else "", section))
