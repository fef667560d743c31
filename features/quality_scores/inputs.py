"""What is typed of a score, an appeal or a note, for the page and the API alike. Does no I/O."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from features.quality_forms.rules import MOST_ITEMS, Answer
from features.quality_scores.rules import (
    LATEST_SECOND,
    LONGEST_MARK,
    MOST_MARKS,
    Mark,
    Outcome,
    second_of,
)
from web.api_models import InputModel, RowId, Typed, several_lines
from web.forms import Says

ItemKey = Annotated[int, Field(ge=1, le=2**31 - 1)]


def _second(given: object) -> object:
    """Return a second; a person writes 1:23."""
    return second_of(given) if isinstance(given, str) else given


Needed = Annotated[
    Typed, AfterValidator(several_lines), Field(min_length=1), Says("quality_score.fault_words")
]


class MarkInput(InputModel):
    """A comment at a second of the recording."""

    second: Annotated[
        Annotated[int, Field(ge=0, le=LATEST_SECOND)] | None, BeforeValidator(_second)
    ] = Field(None, description="Seconds from the recording's beginning, or `1:23`.")
    words: Annotated[str, Field(max_length=LONGEST_MARK), AfterValidator(several_lines)]


class Answers(InputModel):
    """What is said of the questions of a form."""

    answers: Annotated[
        dict[ItemKey, Answer], Field(max_length=MOST_ITEMS), Says("quality_score.fault_answer")
    ] = Field({}, description="By the key of the question.")
    marks: Annotated[
        list[MarkInput], Field(max_length=MOST_MARKS), Says("quality_score.fault_mark")
    ] = Field([], description="Comments, with their moments.")
    words: Typed = Field("", description="About the whole.")

    def comments(self) -> list[Mark]:
        """Return the comments that have words, in the order of their seconds."""
        said = [Mark(second=each.second, words=each.words) for each in self.marks if each.words]
        return sorted(said, key=lambda each: (each.second is None, each.second or 0))


class ScoreInput(Answers):
    """What is said of one item, with which form."""

    form_id: RowId
    form_version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class ScoreDraftInput(ScoreInput):
    """What is typed so far."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(
        0, description="Of the draft that was read; 0: there was none."
    )


class CorrectionInput(Answers):
    """A score as it should have been."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(
        description="Of the score that was read."
    )
    why: Needed


class AppealInput(InputModel):
    """Why an agent does not agree."""

    words: Needed


class DecisionInput(Answers):
    """How an appeal is decided."""

    outcome: Outcome = Field(
        description="`accepted`: the score is corrected by `answers`; `rejected`: it stands."
    )
    why: Needed


class NoteInput(InputModel):
    """What an agent is told."""

    agent: Annotated[str, Field(pattern=r"^[0-9]{3,6}$"), Says("quality_score.fault_agent")]
    words: Needed
    score_id: RowId | None = None
