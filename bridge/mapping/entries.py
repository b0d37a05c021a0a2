"""What may stand in a mapping file: the verbs of a field, the tests, the whole. Editors get these as JSON Schema."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bridge.nouns import Thing  # noqa: TC001 - pydantic reads the annotations

Flag: TypeAlias = Annotated[bool, Field(strict=True)]
Word: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
Type: TypeAlias = Literal["string", "integer", "number", "boolean", "datetime", "list"]
Unit: TypeAlias = Literal["characters", "utf16", "bytes"]
Refers: TypeAlias = Literal["person", "profile", "case"]


class Write(StrEnum):
    """When a field of a record that stands in the target is written again."""

    CREATE_ONLY = "create_only"
    """Only with the first delivery."""
    FILL_IF_EMPTY = "fill_if_empty"
    """Later too, where the target has nothing there."""
    OVERWRITE = "overwrite"
    """Whenever it changes."""


SOURCES: Final = ("from", "template", "value", "cel", "ref", "func")
"""Where a value comes from: each field has exactly one of these."""


class Entry(BaseModel):
    """Part of a mapping file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FieldEntry(Entry):
    """One field: a source, and what is done to its value, in the order of this list whatever the order in the file."""

    from_: Word | Annotated[list[Word], Field(min_length=1)] | None = Field(
        None, alias="from", description="Path of the value; of several paths the first that is not empty."
    )
    template: str | None = Field(
        None, description="Text with paths in braces: '{case.summary} {case.permalink}'; {{ and }} are braces."
    )
    value: Any = Field(None, description="The same value for every record.")
    cel: Word | None = Field(None, description="CEL expression that gives the value.")
    func: Annotated[str, StringConstraints(pattern=r"^[\w.]+:\w+$")] | None = Field(
        None, description="Python function as package.module:name; it is called with the values of args."
    )
    args: list[Word] = Field([], description="Paths whose values the function gets, in order.")
    strip_html: Flag = Field(False, description="Take out HTML tags; entities become characters.")  # noqa: FBT003 - default
    html_unescape: Flag = Field(False, description="Turn entities such as `&amp;` into characters.")  # noqa: FBT003 - default
    replace: dict[Word, str] | None = Field(
        None, description="Texts → what stands in their place; what was put in is not looked at again."
    )
    split: Word | None = Field(None, description="Cut a text at this separator into a list, without empty parts.")
    strip: Flag = Field(False, description="Take white space off both ends.")  # noqa: FBT003 - default
    collapse_ws: Flag = Field(False, description="Make any run of white space one blank, none at the ends.")  # noqa: FBT003 - default
    lower: Flag = Field(False, description="Make it lower case.")  # noqa: FBT003 - default
    upper: Flag = Field(False, description="Make it upper case.")  # noqa: FBT003 - default
    integer_text: Flag = Field(False, description="Write a whole number without fraction: 3.0 becomes 3.")  # noqa: FBT003 - default
    map: dict[str, Any] | None = Field(
        None, description="Value → other value; what is not listed becomes empty unless '*' says what."
    )
    first: Flag = Field(False, description="Take the first item of a list.")  # noqa: FBT003 - default
    parse_time: Word | Annotated[list[Word], Field(min_length=1)] | None = Field(
        None,
        description="Read a time: iso, epoch, epoch_ms, rfc2822 or a format such as '%d.%m.%Y %H:%M'; of several the first that fits.",
    )
    zone: Word | None = Field(None, description="Time zone of times without one, such as Europe/Berlin; UTC if absent.")
    join: str | None = Field(None, description="Make a list one text with this between the items.")
    type: Type | None = Field(None, description="Convert to this type.")
    default: Any = Field(None, description="Value to take where there is none.")
    truncate: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Cut a text to this length, never within a visible character."
    )
    ellipsis: str = Field("", description="Ends a text that was cut; counts towards its length.")
    unit: Unit = Field("characters", description="What the length is counted in, as the target does.")
    omit_if_empty: Flag = Field(False, description="Leave the field out where there is no value.")  # noqa: FBT003 - default
    required: Flag = Field(False, description="Set the record aside where there is no value.")  # noqa: FBT003 - default

    def sources(self) -> list[str]:
        """Return the names of the sources that are given."""
        given = {"from" if name == "from_" else name for name in self.model_fields_set}
        return [name for name in SOURCES if name in given]


class TargetFieldEntry(FieldEntry):
    """A field of a target's object."""

    ref: Refers | None = Field(None, description="Reference to the record of the customer or of the case.")
    write: Write | None = Field(
        None, description="create_only, fill_if_empty or overwrite; the default depends on the field."
    )


class TestEntry(Entry):
    """A test beside the mapping."""

    __test__ = False

    name: Word = Field(description="What it promises.")
    given: dict[str, Any] | Word = Field(
        description="Nouns with their fields ({case: {subject: Hi}, refs: {person: '7'}}), or a file with them."
    )
    expect: dict[str, Any] = Field({}, description="Fields with the values that they must have.")
    absent: list[str] = Field([], description="Fields that must not be there.")
    skipped: Flag = Field(False, description="Whether the record must be left out by 'when'.")  # noqa: FBT003 - default
    error: str | None = Field(None, description="Field for which the record must be refused.")


class TargetEntry(Entry):
    """How one of our nouns becomes a record of a target."""

    thing: Thing | None = Field(
        None, description="person, profile, case or message; if absent, the file's name says it."
    )
    object: Word = Field(description="The target's name of the object, such as Case.")
    key: str = Field("", description="The object's field for our key; absent where it has none.")
    when: Word | None = Field(None, description="CEL condition; a record for which it is false is not delivered.")
    fields: dict[str, TargetFieldEntry] = Field(min_length=1, description="The target's fields by name.")
    tests: list[TestEntry] = Field([], description="Tests, run by 'mapping test'.")


class RowEntry(Entry):
    """How a row of a foreign file becomes a message or a person."""

    when: Word | None = Field(
        None,
        description="CEL condition over columns (row['Column name'] for names with blanks); other rows are left out.",
    )
    fields: dict[str, FieldEntry] = Field(min_length=1, description="Fields of the message or person format, dotted.")
    tests: list[TestEntry] = Field([], description="Tests, run by 'mapping test'; given is a row.")
