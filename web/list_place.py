"""Where in a list a page begins, and what was done just before the list is shown again."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Parts of a list's address; both as they were sent."""

    after: str = ""
    """The row behind which the page begins; empty: the first page."""
    saved: str = ""


FIRST = ListPlace()
Place = Annotated[ListPlace, Depends()]
