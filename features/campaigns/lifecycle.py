"""Owns what a batch of calls (回访, 调查, 通知) is: its states, its questions. Does no I/O. CBK-3.

| state | what goes on | what comes next |
|---|---|---|
| draft | nothing; rows may be added | running; stopped |
| running | people are called | paused, stopped; finished when nobody is left |
| paused | nobody new is called; who talks talks on | running, stopped |
| stopped | for good: calls that nobody answered yet are ended | – (a copy begins anew) |
| finished | everybody was called as often as it takes | – |
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    VISIT = "visit"  # 回访
    SURVEY = "survey"  # 满意度调查
    NOTICE = "notice"  # 通知: a statement, and a key to say that it was heard


class Mode(StrEnum):
    AUTOMATIC = "automatic"
    AGENT = "agent"


class BatchState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


FROM: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.DRAFT: frozenset(),
    BatchState.RUNNING: frozenset({BatchState.DRAFT, BatchState.PAUSED}),
    BatchState.PAUSED: frozenset({BatchState.RUNNING}),
    BatchState.STOPPED: frozenset({BatchState.DRAFT, BatchState.RUNNING, BatchState.PAUSED}),
    BatchState.FINISHED: frozenset({BatchState.RUNNING}),
}
"""From which states a batch gets into each."""


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
"""Begins the names of prompts that are spoken for one batch."""
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
    """Return the questions that a row of `batches` holds."""
    return tuple(Question(**one) for one in script)
