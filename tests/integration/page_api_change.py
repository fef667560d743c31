"""One change that can be asked for, with the routes that lead to it."""

from dataclasses import dataclass

from tests.integration.page_api_steps import Route


@dataclass(frozen=True)
class Change:
    """One change."""

    action: str
    """The function that makes it, by module and name; empty: nothing is changed."""
    routes: tuple[Route, ...]
    """The pages' forms and the calls of the API that ask for it."""
    why: str = ""
    """Why there is no page for it, or no call of the API; empty where there are both."""

    @property
    def has_both(self) -> bool:
        """Tell whether people and programs can ask for it."""
        return len({path.startswith("/api/") for _, path in self.routes}) == 2


def change(action: str, *asked: str, why: str = "") -> Change:
    routes = [one.split(" ", 1) for one in asked]
    full = f"features.{action}" if action and not action.startswith("floor.") else action
    return Change(full, tuple((method, path) for method, path in routes), why)
