"""Settings of reports (RPT-1, RPT-2)."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from mail.letters import address_in


def _addresses(text: str) -> str:
    found = [each.strip() for each in text.split(",") if each.strip()]
    for each in found:
        if not address_in(each):
            raise ValueError(f"{each!r} is no address of a mailbox (as head@example.com)")
    return ",".join(dict.fromkeys(address_in(each) for each in found))


class ReportSettings(BaseSettings):
    """Part of the settings; `settings.py` has them all."""

    report_within: float = Field(
        15,
        ge=1,
        le=600,
        description="Seconds within which an agent should answer a waiting caller: reports count "
        "the service level by it.",
    )
    report_share: int = Field(
        95,
        ge=1,
        le=99,
        description="Per cent of the callers who should be answered within that time; staffing is "
        "computed for it.",
    )
    report_mail: Annotated[str, AfterValidator(_addresses)] = Field(
        "",
        description="Addresses to which each report is sent when it is made (comma between them); "
        "empty: to nobody.",
    )

    @property
    def report_addresses(self) -> tuple[str, ...]:
        """Return to whom reports are sent."""
        return tuple(filter(None, self.report_mail.split(",")))
