"""What may stand in a manifest. Editors get this as JSON Schema (``casebridge schema manifest``)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from adapters.http.answer_model import Part, Path, Reading, Reads, Rule
from adapters.http.auth_model import Auth, Signing
from bridge.nouns import AmendmentKind, Thing  # noqa: TC001 - pydantic reads the annotations

METHODS = ("get", "post", "put", "patch", "delete")


class Pages(Part):
    """How the next page of a list is asked for."""

    by: Literal["none", "page", "offset", "range", "cursor", "link", "url"] = Field(
        default="none",
        description="Page number, offset, range (0-99, the size under size: {rows: 100}), cursor from the body, Link header, address of the next page in the body, or one page only.",
    )
    number: str = Field(
        default="page",
        description="Query parameter of page number, offset or cursor; empty where the body has it as {page}.",
    )
    first: int = Field(default=1, description="Number of the first page.")
    size: dict[str, int] = Field(default={}, description="Query parameter of the page size, and how many.")
    following: Path | None = Field(default=None, description="JMESPath to the next cursor or address.")
    until: Literal["short", "empty"] = Field(
        default="short", description="By page or offset: the last page is one that is not full, or an empty one."
    )
    most: int = Field(default=10_000, ge=1, description="Most pages that the tool gives.")


class Request(Part):
    """One call. Texts are templates with {paths}; a body's text that is one path alone keeps the value's type."""

    get: str | None = Field(default=None, description="Path of a GET.")
    post: str | None = Field(default=None, description="Path of a POST.")
    put: str | None = Field(default=None, description="Path of a PUT.")
    patch: str | None = Field(default=None, description="Path of a PATCH.")
    delete: str | None = Field(default=None, description="Path of a DELETE.")
    query: dict[str, Any] = Field(default={}, description="Query parameters; without a value they are left out.")
    headers: dict[str, str] = Field(default={}, description="Headers; without a value they are left out.")
    body: Any = Field(default=None, description="Body, as nested as the tool wants it.")
    send: Literal["json", "form", "multipart", "raw"] = Field(
        default="json", description="How the body is written; raw is the file alone."
    )
    file: str = Field(default="", description="Name of the form's part for each file; then files go as multipart.")
    id_header: str = Field(
        default="",
        description="Of a create that answers without the record: the header with its address, whose last part is the id.",
    )
    rows: Path = Field(default="@", description="Of a list: JMESPath to the rows.")
    row: Path = Field(default="@", description="Of one record: JMESPath to it.")
    ids: bool = Field(default=False, description="Of a list that gives ids alone: each record is then read.")
    pages: Pages | None = Field(default=None, description="Paging, where it is not the manifest's.")
    times: str = Field(
        default="iso", description="How {since} and {now} are written: iso, epoch, epoch_ms, or like '%Y-%m-%d %H:%M'."
    )
    newest_first: bool = Field(
        default=False,
        description="Of a list that knows no since: it begins with what changed last, so reading stops early.",
    )
    answers: list[Rule] = Field(
        default=[], description="What answers to this request mean, before the manifest's rules."
    )

    @model_validator(mode="after")
    def _one_method(self) -> Request:
        given = [each for each in METHODS if getattr(self, each) is not None]
        if len(given) != 1:
            message = f"a request has exactly one of {', '.join(METHODS)}"
            raise ValueError(message)
        return self

    @property
    def method(self) -> str:
        """Return which of the methods it is."""
        return next(each for each in METHODS if getattr(self, each) is not None)


class FieldSpec(Part):
    """A field of an object; its name is its place in the body, with dots."""

    type: Literal["string", "text", "integer", "number", "boolean", "datetime", "picklist", "reference", "list"] = (
        Field(default="string", description="Its type.")
    )
    length: int | None = Field(default=None, ge=1, description="Longest text.")
    length_unit: Literal["characters", "utf16", "bytes"] = Field(
        default="characters", description="What that is counted in."
    )
    picklist: list[str] = Field(default=[], description="All choices.")
    required: bool = Field(default=False, description="Whether a new record needs it.")
    createable: bool = Field(default=True, description="Whether it can be set.")
    updateable: bool = Field(default=True, description="Whether it can be changed.")
    refers_to: str = Field(default="", description="Object that it refers to.")
    send_as: Literal["", "integer", "html", "adf", "list", "text"] = Field(
        default="",
        alias="as",
        description="How the tool wants it: a number, HTML, the document format of Atlassian, a list of one, or lines in one text.",
    )
    later: bool = Field(
        default=False, description="The tool ignores it in a new record: it is set by an update right after that."
    )
    read: Path | None = Field(default=None, description="Where it stands in a row; its name, if not given.")


class Describe(Request):
    """A request that lists fields, so that those which an organisation made itself need not stand in the manifest."""

    name: Path = Field(default="name", description="JMESPath to a field's name.")
    prefix: str = Field(default="", description="What stands before the name, as custom_fields. does.")
    type: Reading | None = Field(default=None, description="Its type, by a map to ours; text where the map has none.")
    required: Path | None = Field(default=None, description="Whether a new record needs it.")
    length: Path | None = Field(default=None, description="Longest text.")
    choices: Path | None = Field(default=None, description="All choices, as a list of texts.")


class Amend(Part):
    """An amendment: a request, or how a person does it."""

    manual: str = Field(default="", description="The step that a person does instead.")
    request: Request | None = Field(
        default=None, description="The request; {ref}, {other_ref}, {text}, {tags} and {key} are known."
    )
    unless: Path | None = Field(
        default=None, description="JMESPath into the case: where it finds something, nothing is to be done."
    )
    tags: Reading | None = Field(
        default=None, description="Where the tags of the case stand: {tags} is these and the new one."
    )

    @model_validator(mode="after")
    def _either(self) -> Amend:
        if bool(self.manual) == bool(self.request):
            message = "give either a request or a manual step"
            raise ValueError(message)
        return self


class Object(Part):
    """A kind of record, and the requests that there are for it."""

    thing: Thing = Field(description="person, profile, case or message: which of our nouns it takes.")
    id: Path = Field(default="id", description="JMESPath to a row's id.")
    url: str = Field(default="", description="Address for people; a template with {ref}.")
    mark: str = Field(
        default="", description="The text field at whose end our key is written, where the object has no field for it."
    )
    settle_after: float = Field(
        default=60, ge=0, description="For so many seconds after a write 'not found' proves nothing."
    )
    fields: dict[str, FieldSpec] = Field(min_length=1, description="Its fields.")
    reads: Reads = Field(default=Reads(), description="Where things stand in a row.")
    describe: Describe | None = Field(
        default=None,
        description="List the fields that the organisation has made itself; what stands in fields is kept.",
    )
    read: Request | None = Field(default=None, description="Read one by {ref} (and {parent}).")
    find: Request | None = Field(default=None, description="Look {key} up; rows with other keys are ignored.")
    create: Request = Field(description="Make one of {fields}, {key}, {parent}, {files}.")
    update: Request | None = Field(default=None, description="Change {ref}; {fields} holds what differs.")
    remove: Request | None = Field(default=None, description="Delete {ref}, for what is withdrawn.")
    changed: Request | None = Field(default=None, description="List what changed since {since}, best oldest first.")
    gone: Request | None = Field(default=None, description="List what was deleted since {since}.")
    within: Request | None = Field(default=None, description="Messages: list those of the case {parent}.")
    survivor: Request | None = Field(default=None, description="Ask what {ref} was merged into; row finds the id.")
    upload: Request | None = Field(
        default=None,
        description="Send one {file} before the record is made; row finds what stands for it, as {file.token} of {files}.",
    )
    attach: Request | None = Field(
        default=None, description="Send one {file} of {ref} (and {parent}) after it was made."
    )
    reads_case: bool = Field(
        default=False,
        description="Messages: read the case first, because the tool takes messages for merged and deleted cases too, or because the message repeats something of it, as {case.title}.",
    )
    repeatable: bool = Field(
        default=False, description="Whether a create may be sent again: the tool knows it by its key."
    )
    verify: bool = Field(
        default=False, description="Read back what was written, because the tool leaves out what it does not like."
    )
    redact: dict[str, Any] = Field(
        default={}, description="Fields → what is written over them when a person is to be forgotten."
    )


class Daily(Part):
    """A limit by the day."""

    calls: int = Field(ge=1, description="How many calls a day.")
    left: str = Field(default="", description="Header that tells how many are left.")


class Limits(Part):
    """What the tool lets us do."""

    per_minute: int | None = Field(
        default=None, ge=1, description="Calls in a minute; one process keeps to it, a 429 tells the others."
    )
    daily: Daily | None = Field(default=None, description="A limit by the day.")


class Check(Request):
    """A request that shows whether we may do anything, and who we are."""

    name: Path | None = Field(default=None, description="JMESPath to the account's name.")
    me: Path | None = Field(
        default=None,
        description="JMESPath to our own id: what that wrote is ours. Where no answer tells it, a value named me does.",
    )


class Job(Request):
    """Asks how a job stands, {job}; ``row`` finds the record that was made, and ``answers`` what went wrong."""

    running: Path = Field(description="JMESPath that finds something, and not false, while the job is not done.")


class Manifest(Part):
    """How a tool is spoken to."""

    name: str = Field(min_length=1, description="The tool's name, for people.")
    publish_gesture: str = Field(
        default="Answer publicly in the case; internal notes stay there.", description="What an agent does to answer."
    )
    base_url: str = Field(description="Address of the API.")
    values: dict[str, str] = Field(default={}, description="Name → what has to be told of a site, in the project file.")
    secrets: dict[str, str] = Field(default={}, description="Name → which secret that is, in the project file.")
    auth: Auth = Field(default=Auth(), description="How to sign in.")
    sign: Signing | None = Field(default=None, description="A signature over each body.")
    headers: dict[str, str] = Field(default={}, description="Headers of every request.")
    limits: Limits = Field(default=Limits(), description="What the tool lets us do.")
    pages: Pages = Field(default=Pages(), description="How lists are paged, unless a request says otherwise.")
    answers: list[Rule] = Field(default=[], description="What answers mean; the first rule that fits is taken.")
    check: Check | None = Field(default=None, description="A request that shows whether we may do anything.")
    job: Job | None = Field(
        default=None,
        description="How a job stands that an answer named (means: accepted), for writes that are done later.",
    )
    objects: dict[str, Object] = Field(
        default={}, description="The tool's objects by name; without any a manifest only signs in."
    )
    amend: dict[AmendmentKind, Amend] = Field(
        default={}, description="Amendments of cases, by kind: link, tag, note, reopen."
    )
