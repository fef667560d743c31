"""Settings of what other programs are told and ask: webhooks, and keys of requests."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings


def _networks(text: str) -> str:
    found = [part.strip() for part in text.split(",") if part.strip()]
    for each in found:
        try:
            ip_network(each)
        except ValueError:
            raise ValueError(f"{each!r} is no network: write 10.1.2.0/24 or 10.1.2.3") from None
    return ",".join(found)


class WebhookSettings(BaseSettings):
    """How events are delivered to other programs, and how long a request's key is known."""

    webhook_networks: Annotated[str, AfterValidator(_networks)] = Field(
        "",
        description="Networks of ours (comma between them, as 10.1.2.0/24) that webhooks may go "
        "to. Without one none goes to this machine or to a private address.",
    )
    webhook_timeout: int = Field(
        10, ge=1, le=60, description="Seconds that the receiver of a webhook has for its answer."
    )
    webhook_first_pause: int = Field(
        10,
        ge=1,
        le=3600,
        description="Seconds until a delivery that failed is tried again; twice as long each time.",
    )
    webhook_longest_pause: int = Field(
        3600, ge=1, le=86400, description="Seconds between two tries at most."
    )
    webhook_fail_after: int = Field(
        24,
        ge=1,
        le=240,
        description="Hours for which a delivery is tried again; then the webhook fails, the house "
        "is told, and what waits is kept until a person decides.",
    )
    idempotency_keep: int = Field(
        24,
        ge=1,
        le=168,
        description="Hours for which an `Idempotency-Key` of the API is known, with its answer.",
    )
