"""JSON of the forms of inspection: the house's own words."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.quality_forms.queries import Form, Published
from features.quality_forms.rules import Content, Thing
from web.shapes import NOON, Plain, Shape


class FormItemShape(Shape):
    """One question."""

    key: int = Field(description="The same in all versions of a form.")
    words: Plain
    weight: int
    fatal: bool
    na: bool


class FormSectionShape(Shape):
    """Questions under one heading."""

    title: Plain
    items: list[FormItemShape]

    @classmethod
    def all_of(cls, content: Content) -> list[Self]:
        return [cls.model_validate(each) for each in content.sections]


class FormShape(Shape):
    """One form with its draft."""

    id: int
    name: Plain
    thing: Thing
    version: int = Field(description="Of the draft: a save is upon it.")
    published: int = Field(description="The newest published version; 0: none yet.")
    retired_at: datetime | None
    made_at: datetime = Field(examples=[NOON])
    made_by: Plain
    sections: list[FormSectionShape]

    @classmethod
    def of(cls, form: Form) -> Self:
        return cls(
            id=form.id,
            name=form.name,
            thing=form.thing,
            version=form.version,
            published=form.published,
            retired_at=form.retired_at,
            made_at=form.made_at,
            made_by=form.made_by,
            sections=FormSectionShape.all_of(form.draft),
        )


class FormVersionShape(Shape):
    """What a form asks for since it was published."""

    form_id: int
    version: int
    name: Plain
    thing: Thing
    published_at: datetime = Field(examples=[NOON])
    published_by: Plain
    sections: list[FormSectionShape]

    @classmethod
    def of(cls, one: Published) -> Self:
        return cls(
            form_id=one.form_id,
            version=one.version,
            name=one.name,
            thing=one.thing,
            published_at=one.published_at,
            published_by=one.published_by,
            sections=FormSectionShape.all_of(one.content),
        )
