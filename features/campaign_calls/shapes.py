"""JSON of an agent's talk with a contact of a campaign."""

from typing import Self

from pydantic import Field

from callflow.rules.questions import Kind, Question, Result
from features.campaign_calls.talks import CampaignTalk
from features.campaigns.contact import ContactState
from features.campaigns.wording import asked, meant
from web.shapes import Clean, CustomerName, CustomerNumber, Id, Plain, Shape


class KeyShape(Shape):
    """One key that answers a question."""

    key: Plain
    means: Plain = Field(examples=["5 非常满意"])


class AskedShape(Shape):
    """One question that an agent asks."""

    name: Plain
    asks: Plain
    keys: list[KeyShape]


class TalkShape(Shape):
    """An agent's talk with a person of a campaign: whom, what to ask, what came of it."""

    call_id: Id
    campaign_id: int
    campaign: Clean = Field(description="The campaign's name: why we call.")
    kind: Kind
    number: CustomerNumber
    name: CustomerName
    language: Plain = Field(description="In which the person is talked to.")
    extra: dict[str, Clean] = Field(description="Other columns of the list.")
    questions: list[AskedShape]
    state: ContactState
    result: Result
    answers: dict[str, Clean] = Field(description="Keys, by the question's name.")
    version: int = Field(description="How often somebody wrote of it; a change says upon which.")

    @classmethod
    def of(cls, talk: CampaignTalk, *, language: str) -> Self:
        """Return a talk in a language."""
        person, contact, campaign = talk.shown.person, talk.shown.contact, talk.campaign
        return cls(
            call_id=talk.call_id,
            campaign_id=talk.shown.campaign_id,
            campaign=campaign.name,
            kind=campaign.kind,
            number=person.number,
            name=person.name,
            language=person.language,
            extra=dict(person.extra),
            questions=[_asked(each, language) for each in campaign.questions],
            state=contact.state,
            result=contact.result,
            answers=dict(contact.answers),
            version=talk.version,
        )


def _asked(question: Question, language: str) -> AskedShape:
    keys = [KeyShape(key=key, means=meant(question, key, language)) for key in question.keys]
    return AskedShape(name=question.name, asks=asked(question, language), keys=keys)
