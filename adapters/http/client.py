"""The one door to the tool: every call has a timeout, is counted, and fails with our errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import httpx
import orjson

from adapters.http import answers, taking, templates
from adapters.http.answer_model import Means
from adapters.http.answers import Uncertain
from adapters.http.auth import Login
from adapters.http.limits import Usage
from adapters.http.settings import safe
from bridge.errors import AuthError, ConfigError, Transient
from bridge.mapping import verbs
from bridge.nouns import Share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from adapters.http.answer_model import Rule
    from adapters.http.manifest import Call, Loaded
    from adapters.http.settings import HttpSettings
    from bridge.contracts import Surroundings
    from bridge.nouns import FileContent, Json


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    form: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[tuple[str, tuple[str, bytes, str]]] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that means "done"."""

    status: int
    headers: Mapping[str, str]
    body: Json
    job: str = ""
    """Id of the job that does it later."""

    def id_of_header(self, call: Call) -> str:
        """Return the id at the end of the address that a header gives, empty for none."""
        address = self.headers.get(call.asks.id_header, "") if call.asks.id_header else ""
        return unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2])

    def row(self, call: Call) -> Any:  # noqa: ANN401 - any JSON
        """Return the record in it, None if there is none."""
        return taking.at(call.asks.row, self.body) if self.body not in (None, "") else None

    def rows(self, call: Call) -> list[Any]:
        """Return the rows of a list."""
        found = taking.at(call.asks.rows, self.body)
        return found if isinstance(found, list) else []

    @property
    def etag(self) -> str:
        """Return the version that a later change can be bound to."""
        return self.headers.get("ETag", "")


class Client:
    """Builds requests of the manifest, signs in, sends, and says what answers mean."""

    def __init__(
        self,
        loaded: Loaded,
        settings: HttpSettings,
        surroundings: Surroundings,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Open nothing yet; ``transport`` stands in for the network."""
        self.loaded, self.manifest = loaded, loaded.manifest
        self.clock = surroundings.clock
        self.login = Login(loaded, settings, surroundings.clock)
        self.base_url = settings.base_url or self.login.filled("base_url").rstrip("/")
        if not safe(self.base_url):
            message = f"base_url begins with https:// (http:// only on this machine), not {self.login.masked(self.base_url)!r}"
            raise ConfigError(message)
        self.usage = Usage(loaded.manifest.limits, settings, surroundings.meter)
        timeout = httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout)
        self._http = httpx.Client(transport=transport, timeout=timeout, follow_redirects=False)
        self.clock_off = timedelta()
        """How far the tool's clock is ahead of ours."""
        self._values = {f"values.{name}": value for name, value in settings.values.items()}
        self._headers = {name: self.login.filled("headers", name) for name in self.manifest.headers}

    def __repr__(self) -> str:
        """Show the address and no secret."""
        return f"Client({self.login.masked(self.base_url)!r})"

    def call(
        self,
        call: Call,
        values: Mapping[str, Any],
        *,
        writing: bool = False,
        files: Sequence[FileContent] = (),
        share: Share = Share.DELIVER,
    ) -> Reply:
        """Send a request; returns what was done.

        Raises ``Declined`` where it was not, ``Uncertain`` where nobody knows whether a change was made, and our errors for
        what concerns more than this request.
        """
        sent = self.built(call, values, files)
        try:
            return self._sent(call, sent, values, writing=writing, share=share)
        except AuthError:
            if not self.login.renewable:
                raise
        self.login.forget()
        return self._sent(call, self.built(call, values, files), values, writing=writing, share=share)

    def follow(self, call: Call, url: str, values: Mapping[str, Any], share: Share) -> Reply:
        """Get the next page of a list by its address, which must lie where our credentials belong."""
        whole = str(httpx.URL(self.base_url + "/").join(url))
        if httpx.URL(whole).netloc != httpx.URL(self.base_url).netloc or not safe(whole):
            message = f"{self.manifest.name} names a next page elsewhere; it is not followed."
            raise Transient(message)
        built = self.built(call, values)
        return self._sent(call, Sent("GET", whole, built.headers, b""), values, writing=False, share=share)

    def built(self, call: Call, values: Mapping[str, Any], files: Sequence[FileContent] = ()) -> Sent:
        """Return a request with everything filled in, but not signed in."""
        known = {**self._values, **values}
        url = self.base_url + str(call.path(_quoted(known)) or "")
        query: list[tuple[str, Any]] = [(name, text) for name, get in call.query.items() for text in _texts(get(known))]
        if query:
            url += "?" + str(httpx.QueryParams(query))
        headers = {"Accept": "application/json", **self._headers}
        headers |= {name: str(text) for name, get in call.headers.items() if (text := get(known))}
        body = call.body(known) if call.body is not None else templates.NOTHING
        method = call.asks.method.upper()
        if call.asks.send == "raw":
            return Sent(method, url, {"Content-Type": "application/octet-stream", **headers}, _raw(files))
        if call.asks.send != "json" or (files and call.asks.file):
            return Sent(method, url, headers, b"", _form(body), _parts(call.asks.file, files))
        content = b"" if body is templates.NOTHING else orjson.dumps(body)
        headers |= {"Content-Type": "application/json"} if content else {}
        return Sent(method, url, headers, content)

    def now(self) -> datetime:
        """Return the present by the tool's clock, as its latest answer told it: what it dates is dated by that."""
        return self.clock.now() + self.clock_off

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _sent(self, call: Call, sent: Sent, values: Mapping[str, Any], *, writing: bool, share: Share) -> Reply:
        self.usage.spend(share, self.clock.now())
        self.usage.pace(self.clock)
        status, headers, body, rule = self.answered(call, sent, values, writing=writing)
        if rule.means is Means.DONE:
            return Reply(status, headers, body)
        if rule.means is Means.ACCEPTED:
            return Reply(status, headers, body, job=taking.text(rule.job, body))
        raise answers.raised(self.manifest.name, rule, status, headers, body, writing=writing)

    def answered(
        self, call: Call, sent: Sent, values: Mapping[str, Any], *, writing: bool
    ) -> tuple[int, Mapping[str, str], Json, Rule]:
        """Return status, headers and body of an answer, and the rule that says what it means."""
        answer = self._exchanged(sent, values, writing=writing)
        self.usage.note(answer.headers)
        self._set_clock(answer.headers.get("Date", ""))
        body = _parsed(answer)
        rules = [*call.asks.answers, *self.manifest.answers]
        return (
            answer.status_code,
            answer.headers,
            body,
            answers.meaning(rules, answer.status_code, answer.headers, body),
        )

    def _set_clock(self, date: str) -> None:
        try:
            self.clock_off = parsedate_to_datetime(date).astimezone(UTC) - self.clock.now()
        except (TypeError, ValueError):
            return

    def _exchanged(self, sent: Sent, values: Mapping[str, Any], *, writing: bool) -> httpx.Response:
        name = self.manifest.name
        headers = {**sent.headers, **self.login.headers(self._http, self.base_url)}
        if sent.content:
            headers |= self.login.signature(sent.content, str(values.get("idempotency_key") or values.get("key") or ""))
        parts: dict[str, Any] = (
            {"data": sent.form, "files": list(sent.files)} if sent.form or sent.files else {"content": sent.content}
        )
        url = httpx.URL(sent.url).copy_merge_params(self.login.query())
        try:
            return self._http.request(sent.method, url, headers=headers, **parts)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            message = f"{name} cannot be reached: {type(error).__name__}."
            raise Transient(message) from error
        except httpx.HTTPError as error:
            message = f"{name} gave no answer: {type(error).__name__}."
            raise (Uncertain(message) if writing else Transient(message)) from error


def _parsed(answer: httpx.Response) -> Json:
    if not answer.content:
        return None
    if answer.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(answer.text))
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return answer.text


def _texts(value: Json) -> list[str]:
    """Return a query parameter's values: none, one, or several of a list."""
    if value is templates.NOTHING or value is None:
        return []
    return [verbs.text(each) for each in value] if isinstance(value, list) else [verbs.text(value)]


def _quoted(value: Any) -> Any:  # noqa: ANN401 - values of templates
    """Return values as they may stand in a path."""
    if isinstance(value, dict):
        return {key: _quoted(each) for key, each in value.items()}
    return quote(value, safe="") if isinstance(value, str) else value


def _form(body: Json, under: str = "") -> dict[str, Any]:
    """Return a body as the fields of a form, with brackets for what is nested."""
    if body is templates.NOTHING or body is None:
        return {}
    if not isinstance(body, dict):
        return {under: [verbs.text(each) for each in body] if isinstance(body, list) else verbs.text(body)}
    made: dict[str, Any] = {}
    for key, value in body.items():
        name = f"{under}[{key}]" if under else key
        made |= _form(value, f"{name}[]" if isinstance(value, list) else name)
    return made


def _raw(files: Sequence[FileContent]) -> bytes:
    return b"".join(Path(file.path).read_bytes() for file in files)


def _parts(name: str, files: Sequence[FileContent]) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [(name, (file.name, Path(file.path).read_bytes(), file.mime)) for file in files]
