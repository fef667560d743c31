"""For whose eyes the answer to the request at hand is (SEC-2): the one place that decides it.

It is kept beside the request, not handed on: what leaves by the API asks here, field by field
(`web/shapes.py`), so a route cannot forget it. Whoever is not known sees nothing whole.
"""

from contextvars import ContextVar
from typing import Final

from permissions.roles import Role, sees_numbers

_WHOLE: Final = ContextVar("whole", default=False)


def seen_by(role: Role) -> None:
    """Make what leaves from now on, in this request, what a role may see."""
    _WHOLE.set(sees_numbers(role))


def seen_elsewhere() -> None:
    """Make what leaves from now on what nobody sees whole: it goes to another house's program."""
    _WHOLE.set(False)


def seen_at_the_console() -> None:
    """Make what leaves whole: who works on the machine itself reads its database anyway."""
    _WHOLE.set(True)


def shown_whole() -> bool:
    """Tell whether numbers and names leave as they are."""
    return _WHOLE.get()
