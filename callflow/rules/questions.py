"""What campaigns ask, and what may come of asking (CBK-3, CBK-4). Does no I/O."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    VISIT = "visit"  # 回访
    SURVEY = "survey"  # 满意度调查
    NOTICE = "notice"  # 通知: a statement, and a key to say that it was heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that is said, and the keys that answer it."""

    name: str
    """What the answers are kept under: letters, digits, underscore."""
    keys: str
    """The valid ones, like `12345`; of a notice the key that says “heard”."""
    prompt: str = ""
    """Name of the shipped prompt that asks it; empty: the texts are spoken."""
    zh: str = ""
    en: str = ""

    @property
    def spoken(self) -> str:
        """Name of the prompt that is heard: the shipped one, or that of the texts."""
        if self.prompt:
            return self.prompt
        words = f"{self.zh}\0{self.en}"
        return OWN + hashlib.sha256(words.encode()).hexdigest()[:16]


OWN = "own_"
"""Begins the names of prompts that are spoken for one campaign."""


CALL_AGAIN = "call_again"
"""Name of the question whether we may call again; 2 is no, and puts the number on the list."""


NOT_AGAIN = "2"


SHIPPED = (
    Question(name="satisfaction", prompt="survey_satisfaction", keys="12345"),
    Question(name="solved", prompt="survey_solved", keys="12"),
    Question(name="line_works", prompt="survey_line_works", keys="12"),
    Question(name="education", prompt="survey_education", keys="1230"),
    Question(name="age", prompt="survey_age", keys="1230"),
    Question(name="spending", prompt="survey_spending", keys="1230"),
    Question(name=CALL_AGAIN, prompt="survey_call_again", keys="12"),
)
"""Questions whose sounds come with the project (CBK-3, CBK-4)."""


NOTICES = (Question(name="heard", prompt="notice_maintenance", keys="1"),)
"""Statements for notices that come with the project; the key says that it was heard."""


def questions_in(script: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Return the questions that a row of `campaigns` holds."""
    return tuple(Question(**one) for one in script)


class Result(StrEnum):
    """How the last attempt ended, or what came of the whole."""

    NONE = ""
    COMPLETED = "completed"  # all questions were asked of a person
    BROKEN_OFF = "broken_off"  # a person hung up before the last question
    DECLINED = "declined"  # a person does not want such calls
    TALKED = "talked"  # with an agent, who wrote nothing down
    LATER = "later"  # a person asked an agent to be called again later
    VOICEMAIL = "voicemail"
    FAX = "fax"
    SILENT = "silent"  # lifted, and nobody said anything
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    OFF = "off"  # switched off or out of reach
    REFUSED = "refused"  # the ringing call was turned away
    UNKNOWN_NUMBER = "unknown_number"
    NOT_ALLOWED = "not_allowed"  # the guard against toll fraud lets nobody ring this number
    NO_LINE = "no_line"  # ours: the trunk is missing; nothing is known of the person's phone
    CONGESTION = "congestion"  # the network has no line
    FAILED = "failed"
    UNKNOWN = "unknown"  # nobody knows whether it rang
    DO_NOT_CALL = "do_not_call"
