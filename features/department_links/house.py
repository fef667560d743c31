"""Whether and how long this installation gives departments links: its settings."""

from datetime import timedelta

from settings import Settings


def can_send(settings: Settings) -> bool:
    """Tell whether orders are sent to departments by e-mail."""
    return settings.mail_out is not None and bool(settings.department_link_site)


def lasts(settings: Settings) -> timedelta:
    """Return how long a link is good."""
    return timedelta(hours=settings.department_link_hours)
