"""Input of a new campaign, from a form or a program (CBK-3)."""

from datetime import time
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from callflow.call import Language
from callflow.rules import wall_clock
from callflow.rules.questions import Kind, Question, Result
from features.campaigns import plan as campaign_plan
from features.campaigns.contact import SPACING
from features.campaigns.lifecycle import Mode
from features.campaigns.queries import Campaign
from settings import Settings
from web.api_models import Identity, InputModel, Line, one_line
from web.forms import Says, wrong

Wall = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"),
    Says("campaign.fault_time"),
]
Words = Annotated[str, Field(max_length=campaign_plan.LONGEST_QUESTION), AfterValidator(one_line)]
Seconds = Annotated[float, Field(ge=10, le=campaign_plan.LONGEST_SPACING_S)]
Name = Annotated[Line, Field(min_length=1), Says("campaign.fault_name")]


class QuestionInput(InputModel):
    """One thing that is said, and the keys that answer it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")] = Field(
        examples=["satisfaction"],
        description="One of ours alone, or any other with `keys` and words: "
        f"{', '.join(campaign_plan.OURS)}.",
    )
    keys: Annotated[str, Field(pattern=r"^[0-9]{0,10}$")] = Field("", examples=["123"])
    zh: Words = ""
    en: Words = ""

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        own = bool(self.zh or self.en)
        if not own and (self.keys or self.name not in campaign_plan.OURS):
            said = f"The question {self.name} needs words, in `zh` or `en`."
            raise wrong("zh", "campaign.fault_question", said)
        if own and not self.keys:
            said = f"The question {self.name} needs `keys` that answer it."
            raise wrong("keys", "campaign.fault_keys", said)
        return self


class CampaignInput(InputModel):
    """What a campaign asks, and how people are called for it."""

    list_id: Identity = Field(description="The `id` of a list that was brought.")
    name: Name
    kind: Annotated[Kind, Says("campaign.fault_kind")]
    mode: Annotated[Mode, Says("campaign.fault_mode")] = Field(
        Mode.AUTOMATIC, description="`automatic`: asked by keys; `agent`: agents talk."
    )
    preview_for: Annotated[
        int, Field(ge=0, le=campaign_plan.LONGEST_PREVIEW_S), Says("campaign.fault_preview")
    ] = Field(0, description="Seconds for which an agent sees whom to call before the phone rings.")
    questions: Annotated[
        list[QuestionInput],
        Field(max_length=campaign_plan.MOST_QUESTIONS),
        Says("campaign.fault_keys"),
    ] = Field([], description="Left out: the usual ones of the kind.")
    language: Annotated[Language, Says("campaign.fault_language")] = Field(
        Language.CHINESE, description="Of whoever's row names none."
    )
    zone: Annotated[str | None, Field(max_length=64), Says("campaign.fault_zone")] = Field(
        None, description="IANA zone of whoever's row names none; left out: the house's."
    )
    opens: Wall = "09:00"
    closes: Annotated[Wall, Field(validate_default=True)] = "20:00"
    on_weekends: bool = False
    on_holidays: bool = False
    lines: Annotated[
        int, Field(ge=1, le=campaign_plan.MOST_LINES), Says("campaign.fault_lines")
    ] = 10
    calls_per_second: Annotated[
        float, Field(ge=0.01, le=campaign_plan.FASTEST), Says("campaign.fault_per_minute")
    ] = 1.0
    max_attempts: Annotated[
        int, Field(ge=1, le=campaign_plan.MOST_ATTEMPTS), Says("campaign.fault_attempts")
    ] = 3
    spacing: Annotated[dict[Result, Seconds] | None, Says("campaign.fault_again")] = Field(
        None, description="Seconds until the next attempt, by result; left out: the usual."
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and not wall_clock.is_zone(zone):
            said = "This is no time zone of the IANA list, like Asia/Shanghai."
            raise wrong("zone", "campaign.fault_zone", said)
        return zone

    @field_validator("closes")
    @classmethod
    def _after_it_opens(cls, closes: str, info: ValidationInfo) -> str:
        opens = info.data.get("opens")
        if opens is not None and not time.fromisoformat(opens) < time.fromisoformat(closes):
            said = "The calling hours end before they begin."
            raise wrong("closes", "campaign.fault_hours", said)
        return closes

    @field_validator("questions")
    @classmethod
    def _fit_together(
        cls, questions: list[QuestionInput], info: ValidationInfo
    ) -> list[QuestionInput]:
        if len({each.name for each in questions}) < len(questions):
            raise wrong("ask", "form.wrong", "Two questions have the same name.")
        if info.data.get("kind") is Kind.NOTICE and len(questions) > 1:
            raise wrong("ask", "form.wrong", "A notice is one statement.")
        return questions


class CopyInput(InputModel):
    """What a copy is called, and whom it calls."""

    name: Name
    unreached: bool = Field(False, description="Only those with whom nobody has talked.")


def campaign_of(given: CampaignInput, settings: Settings) -> Campaign:
    """Return the campaign that is wanted."""
    by_agents = given.mode is Mode.AGENT
    return Campaign(
        name=given.name,
        kind=given.kind,
        mode=given.mode,
        preview_for=given.preview_for if by_agents else 0,
        questions=tuple(map(_question, given.questions)) or campaign_plan.usual(given.kind),
        zone=given.zone or settings.timezone,
        opens=_minute(given.opens),
        closes=_minute(given.closes),
        on_weekends=given.on_weekends,
        on_holidays=given.on_holidays,
        max_attempts=given.max_attempts,
        spacing=given.spacing if given.spacing is not None else SPACING,
        lines=given.lines,
        calls_per_second=given.calls_per_second,
    )


def _question(given: QuestionInput) -> Question:
    """Return a question, one of ours by its name alone."""
    if not (given.zh or given.en):
        return campaign_plan.OURS[given.name]
    keys = "".join(dict.fromkeys(given.keys))
    return Question(name=given.name, keys=keys, zh=given.zh, en=given.en)


def _minute(text: str) -> time:
    return time.fromisoformat(text).replace(second=0)
