"""Changes of the forms of inspection: made, saved as a draft, published, retired (QA-2).

The pages and the API both call these, with the same models. A published version never changes: a
score keeps the version that it was made with.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.quality_forms import queries
from features.quality_forms.queries import Form, Published
from features.quality_forms.rules import (
    MOST_ITEMS,
    MOST_SECTIONS,
    MOST_WEIGHT,
    Content,
    Item,
    Section,
    Thing,
    kept,
    keyed,
)
from web.api_models import InputModel, found, one_line
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

FormName = Annotated[
    str,
    Field(max_length=80),
    AfterValidator(one_line),
    Field(min_length=1),
    Says("quality_form.fault_name"),
]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class FormInput(InputModel):
    """A new form."""

    name: FormName
    thing: Thing


class ItemInput(InputModel):
    """One question."""

    key: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(
        0, description="As it was read; 0: a new question."
    )
    words: Annotated[str, Field(max_length=200), AfterValidator(one_line)]
    weight: Annotated[int, Field(ge=1, le=MOST_WEIGHT)]
    fatal: bool = Field(False, description="Not kept: the whole score is 0.")
    na: bool = Field(False, description="It may be said that it does not apply.")


class SectionInput(InputModel):
    """Questions under one heading."""

    title: Annotated[str, Field(max_length=80), AfterValidator(one_line)]
    items: Annotated[list[ItemInput], Field(max_length=MOST_ITEMS)]


class DraftInput(InputModel):
    """What a form is to ask for, upon the version that was read."""

    version: Version
    name: FormName
    sections: Annotated[
        list[SectionInput], Field(max_length=MOST_SECTIONS), Says("quality_form.fault_sections")
    ]

    @model_validator(mode="after")
    def _is_not_too_long(self) -> "DraftInput":
        if sum(len(each.items) for each in self.sections) > MOST_ITEMS:
            said = f"A form has {MOST_ITEMS} questions at most."
            raise wrong("sections", "quality_form.fault_sections", said)
        return self

    def content(self) -> Content:
        """Return what is asked for; sections without a question are left out."""
        return Content(
            sections=[
                Section(title=each.title, items=[Item(**item.model_dump()) for item in each.items])
                for each in self.sections
                if each.items
            ]
        )


class FormVersion(InputModel):
    """Upon which version something is decided."""

    version: Version


async def make(asking: RequestDatabase, principal: Principal, given: FormInput) -> Form:
    """Make a form without a question. Raises Refused with 409 for a name that is taken."""

    async def made(connection: AsyncConnection) -> Form:
        fresh = Form(
            name=given.name,
            thing=given.thing,
            draft=Content(),
            version=1,
            published=0,
            retired_at=None,
            made_at=datetime.now(UTC),
            made_by=principal.signature,
        )
        form_id = await queries.add(connection, fresh)
        if form_id is None:
            raise _taken(given.name)
        entry = audit_entry(principal, "quality_form.made", f"{form_id}", given.name)
        await audit.note(connection, entry)
        return found(await queries.form(connection, form_id), "form")

    return await asking.write(made)


async def save(
    asking: RequestDatabase, principal: Principal, form_id: int, given: DraftInput
) -> Form:
    """Keep a draft. Raises Refused: 404; 409 where somebody else was first, or for the name."""

    async def saved(connection: AsyncConnection) -> Form:
        one = await _upon(connection, form_id, given.version)
        return await _kept(connection, principal, one, given, "quality_form.saved")

    return await asking.write(saved)


async def publish(
    asking: RequestDatabase, principal: Principal, form_id: int, given: DraftInput
) -> Form:
    """Publish what is given: scores that are begun from now on are made with it.

    Raises Refused as `save` does; 422 where a question has no words, or there is none.
    """

    async def done(connection: AsyncConnection) -> Form:
        one = await _upon(connection, form_id, given.version)
        _must_be_whole(given)
        after = await _kept(connection, principal, one, given, "quality_form.published", more=1)
        await queries.publish(
            connection,
            Published(
                form_id=form_id,
                version=after.published,
                name=after.name,
                thing=after.thing,
                content=after.draft,
                published_at=datetime.now(UTC),
                published_by=principal.signature,
            ),
        )
        return after

    return await asking.write(done)


async def retire(
    asking: RequestDatabase, principal: Principal, form_id: int, given: FormVersion
) -> Form:
    """Have no new score made with a form, until it is published again. Raises Refused with 409."""

    async def retired(connection: AsyncConnection) -> Form:
        one = await _upon(connection, form_id, given.version)
        if one.retired_at is not None or not one.published:
            said = "Only a published form can be retired."
            raise Refused(409, said, faults={"form": "quality_form.fault_not_published"})
        await queries.change(
            connection, form_id, retired_at=datetime.now(UTC), version=one.version + 1
        )
        entry = audit_entry(principal, "quality_form.retired", f"{form_id}", one.name)
        await audit.note(connection, entry)
        return found(await queries.form(connection, form_id), "form")

    return await asking.write(retired)


async def _kept(
    connection: AsyncConnection,
    principal: Principal,
    one: Form,
    given: DraftInput,
    action: str,
    *,
    more: int = 0,
) -> Form:
    if await queries.name_taken(connection, given.name, but=one.id):
        raise _taken(given.name)
    content = keyed(given.content(), await _known(connection, one))
    values: dict[str, object] = {"published": one.published + more, "version": one.version + 1}
    if more:
        values["retired_at"] = None
    await queries.change(connection, one.id, name=given.name, draft=kept(content), **values)
    items = sum(1 for _ in content.items)
    detail = f"{given.name}: {items}" + (f", v{one.published + more}" if more else "")
    await audit.note(connection, audit_entry(principal, action, f"{one.id}", detail))
    return found(await queries.form(connection, one.id), "form")


async def _known(connection: AsyncConnection, one: Form) -> Content:
    """Return whatever has a key already: in the draft, or in a version that was published."""
    versions = await queries.contents(connection, one.id)
    return Content(sections=[each for said in (one.draft, *versions) for each in said.sections])


async def _upon(connection: AsyncConnection, form_id: int, version: int) -> Form:
    one = found(await queries.form(connection, form_id, lock=True), "form")
    if one.version != version:
        said = "Somebody has changed this form meanwhile; look at it again."
        raise Refused(409, said, faults={"form": "quality_form.fault_changed"})
    return one


def _must_be_whole(given: DraftInput) -> None:
    content = given.content()
    items = list(content.items)
    if not items:
        said = "A form has at least one question."
        raise Refused(422, said, faults={"sections": "quality_form.fault_no_items"})
    if any(not item.words for item in items) or any(not each.title for each in content.sections):
        said = "Every section has a title, and every question has words."
        raise Refused(422, said, faults={"sections": "quality_form.fault_words"})


def _taken(name: str) -> Refused:
    return Refused(
        409, f"There is a form {name!r} already.", faults={"name": "quality_form.fault_taken"}
    )
