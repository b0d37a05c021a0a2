"""How names stand in sentences, and when one may be read by everybody."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.personal.reading import folded
from bridge.personal.words import alternatives, expression, words

if TYPE_CHECKING:
    from bridge.personal.page import Page

UP = re.compile(r"[A-ZÄÖÜÀ-ÖØ-ÞŁŚŻŞİČŠŽĆĐ]")
_U = r"[A-ZÄÖÜÀ-ÖØ-ÞŁŚŻŞİČŠŽĆĐ]"
_PARTICLE = (
    r"(?:von|van|de|der|den|del|della|di|da|dos|du|la|le|zu|zur|vom|ter|ten|bin|ibn|al|el|Mac|Mc|St\.?|O['’]|D['’])"
)
_WORD = rf"(?:O['’]|D['’]|d['’]|al-|el-)?{_U}[^\W\d_]*(?:['’][^\W\d_]{{2,}})?(?:-(?:{_U}|al-|el-)[^\W\d_]*)*"
_SURNAME = rf"(?:(?:{_PARTICLE}\s){{0,2}}{_WORD})"
HANDLE = re.compile(r"(?<![\w])@[\w][\w.\-]*(?:@[\w.-]+\.[a-z]+)?(?=\W|$)|(?<!\w)(?:u|r)/\w+|#[^\W\d]\w+")
AFTER_A_TITLE = re.compile(
    rf"(?<![\w-])(?:(?i:{alternatives('names', 'titles')})\s+)+(?P<name>(?:{_U}\.\s?)*{_SURNAME}(?:\s{_SURNAME})?)"
)
INITIAL = re.compile(
    rf"(?<![\w.°])(?<!°\s)(?<!\d\s)(?P<name>(?:(?:{_U}|Ch|Th|Jr|Ph|Chr)\.[ -]?){{1,2}}(?P<surname>{_SURNAME}))(?!\w)"
)
PAIR = re.compile(rf"(?<![\w@#/.-]){_WORD}(?:[ ](?:{_U}\.[ ])?{_SURNAME}){{1,4}}(?:[ ]{_U}\.)?(?![\w@])")
AFTER_A_ROLE = re.compile(
    rf"(?<![\w-])(?P<role>(?i:{alternatives('names', 'roles')}))(?:[ ](?i:namens|named|called|is|ist|war|was|heißt|hieß))?,?[ ]\(?(?P<name>{_SURNAME}(?:[ ]{_SURNAME})?)(?![\w@-])"
)
NAMED = re.compile(
    rf"(?<![\w-])(?i:{alternatives('names', 'naming')})\s?[:=]?\s?[\"„“'‚]?(?P<name>(?:{_U}\s)?{_SURNAME}(?:\s{_SURNAME})?)(?![\w@-])"
)
DELIVERED_AT = re.compile(
    rf"(?i:{alternatives('names', 'delivered')})[^.!?\n]{{0,30}}?\s(?:bei|beim|an|von|with|by|to)\s(?P<name>{_SURNAME}(?:\s{_SURNAME})?)(?=\s*(?:[,.;!?–(-]|$|\s(?:abgegeben|hinterlegt|abgestellt|in|im|nebenan|at|from|next|on|\d)))"
)
FAMILY = re.compile(
    rf"(?<!\w)(?i:die|the|den)\s(?P<name>{_U}[^\W\d_]{{2,}})(?:(?=\s(?i:family|household)\b)|(?<=s)(?=\s(?i:von nebenan|von oben|von unten|nebenan|next door|upstairs|downstairs|across|from no|oben|unten|gegenüber)))|(?<!\w)(?i:the)\s(?P<kept>{_U}[a-z]{{2,}}(?:sons?|mans?|ers|ts|es|tts|lls|ns))(?=[,.!?]|\s(?i:kept|at|have|took|signed|said|are|were|live)\b)"
)
GREETED = re.compile(
    rf"(?<![\w-])(?i:{alternatives('names', 'greetings')}),?\s(?P<name>{_SURNAME}(?:\s{_SURNAME}){{1,2}})(?=\s?[,!.:–]|\s?-(?!\w)|$|\s(?i:and|und|to|so|is|has|who|aus|vom|from|at|in|for|für)\b)"
)
LOWER_TITLE = re.compile(
    r"(?:^|(?:hallo|hi|hey|hello|dear|liebe[r]?|danke|thanks|thx|cheers|ok|okay|sorry|moin|servus|tag|morgen|abend|,|\.|!)\s)(?:frau|herrn?|mrs?|ms|familie|fam)\.?\s"
    r"(?P<name>[a-zäöüß][a-zäöüß'’-]{2,})(?=\s?[,.!?]|\s?$|\s(?:das|ihr|ihre|wir|ich|es|der|die|we|your|you|i|it|the|that)\b)"
    r"|(?:nachbar(?:in)?|kolleg(?:e|in)|vermieter(?:in)?|mieter(?:in)?|neighbou?r|colleague|landlord|landlady) (?:frau|herrn?|mrs?|ms|miss) (?P<neighbour>[a-zäöüß][a-zäöüß'’-]{2,})"
)
CAPITALS = re.compile(
    r"(?<!\w)(?P<name>[A-ZÄÖÜ]{3,}, (?P<first>[A-ZÄÖÜ]{3,}))(?!\w)|(?<!\w)(?P<ticket>[A-ZÄÖÜ]{3,}/[A-ZÄÖÜ]{3,}(?: ?(?:MRS?|MS))?)(?!\w)"
)
BOOKED = re.compile(
    rf"(?<!\w)(?:(?i:bei|an)\s[\"„“'»]?(?P<at>{_WORD}(?:/{_WORD})?)[\"“”'«]?(?=\s(?i:geklingelt|abgegeben|hinterlegt|abgestellt|zugestellt|abgeliefert|abzuholen))"
    rf"|(?i:liegt|liegen|steht|stehen|läuft|laufen)\s(?:[a-z]+\s)?(?i:unter)\s(?P<lies>{_WORD})(?=[,.!?]|$|\s(?i:an|am|bei|beim|im|in|bereit)\b)"
    rf"|(?i:it['’]?s|läuft|steht)\s(?i:under|unter)\s(?P<listed>{_WORD})(?=[,.!?]|$)"
    rf"|(?i:unter)\s(?P<under>{_WORD})(?=\s(?i:reserviert|gebucht|gespeichert|eingetragen|registriert))"
    rf"|(?i:reserv\w+|booking|booked|table|room)\s\(?(?i:is |it's )?(?i:under|for)\s(?P<table>{_WORD})(?=[).,!?]|\s(?i:is|at|on|tonight|tomorrow)\b)"
    rf"|(?i:reserviert|gebucht|vorbestellt|hinterlegt|eingetragen|läuft|lautet|booked|reserved)\s(?:\w+\s)?(?i:auf|unter|under)\s(?P<last>{_WORD})(?=[,.!?]|$|\s(?i:und|and|um|für|for|at|ab)\b)"
    rf"|(?i:table|room|booking|reservation|order|collection|pick-?up)[^.!?\n]{{0,30}}\sunder\s(?P<beneath>{_WORD})(?=[,.!?)]|$|\s(?i:at|for|on)\b)"
    rf"|(?i:bei)\s(?P<floor>{_WORD})(?=\s(?i:nebenan|gegenüber|im (?:\d\.|ersten|zweiten|dritten|vierten|EG|Erdgeschoss|Parterre)))"
    rf"|(?i:hat|von)\s[\"„“'»]?(?P<signer>{_WORD})[\"“”'«]?(?=\s(?i:unterschrieben|quittiert|angenommen|entgegengenommen)\b)"
    rf"|(?i:the)\s(?P<double>{_U}[^\W\d_]{{2,}}-{_U}[^\W\d_]{{2,}})(?=\s(?i:account|booking|order|policy|party|wedding|file|claim|case|household|parcel)\b)"
    rf"|(?i:tisch|reservierung|buchung|termin|zimmer|mietwagen)\s(?i:auf|unter)\s(?P<auf>{_WORD})(?=[,.!?)]|\s(?i:ist|für|um|am|steht|gebucht)\b))"
)
TURNED = re.compile(
    rf"(?<![\w-])(?i:auf|to|for|für|of|name|namen|konto|account|account of|heißt|called|ticket|gast|guest|surname)\s(?P<name>{_SURNAME}, (?P<first>{_WORD}))(?![\w-])"
    rf"|^(?P<list>{_SURNAME}, (?P<listed>{_WORD}))(?=[:;])"
    rf"|(?<![\w-])(?P<told>{_SURNAME}),? (?i:vorname|first name|given name) (?P<given>{_WORD})"
)
"""Surname before first name: ``Krohn, Edda``."""
_SIGN_OFF = re.compile(
    rf"(?<!\w)(?i:{alternatives('names', 'sign_off')})(?:\s(?:aus|from|vom|von)(?:\s[\w-]+){{1,3}},)?[,!.\s–—|~-]*(?:\w+\s)?$"
)
_FROM_YOUR_OWN = re.compile(r"(?i)(?:^|[.!?\n]\s*)(?:ihre?|deine?|eure?|your)(?: [\w-]+){1,2},?\s$")
"""``Ihr Marktleiter`` at the end, before the agent's own name."""
_END_OF_TEXT = re.compile(r"[\s.!)\]}\U0001F300-\U0001FAFF♥❤☀-➿💚️]*$")
_AFTER_SIGNATURE = re.compile(
    rf"[\s,|/(–—-]*(?:(?:{alternatives('names', 'desks')}|aus|vom|von|der|dem|from|at|of|the|&|und|and|your|Ihr|dein|im|für|{_U}[\w.&-]*)[\s,|/)&.–—-]*){{0,6}}[\s.!)\U0001F300-\U0001FAFF♥❤☀-➿️]*$"
)


def is_ordinary(name: str) -> bool:
    """Whether a word with a capital is no surname: a word of the language, a place, a day."""
    first = next((part for part in name.split() if UP.match(part)), name or "-").strip(".,'’")
    return first.casefold() in words("names", "no_surnames_german", "no_surnames_english")


def is_quoted(start: int, end: int, page: Page) -> bool:
    """Whether a title and a name stand in quotation marks, as names of things do; what somebody wrote is his name."""
    around = page.text[max(0, start - 14) : end + 1]
    said = re.search(r"(?i)steht|says?|said|klingel|schild|sign|unterschr|heißt|called", page.before(start, 50))
    return (
        bool(re.search(r"[\"„“‚'][\w. ]{0,10}" + re.escape(page.text[start:end]) + r"[\"”“’']$", around)) and not said
    )


def is_no_person(start: int, end: int, page: Page) -> bool:
    """Whether a title and a name are those of a beast, of goods, of a ship."""
    name, before, after = page.text[start:end], page.before(start, 60), page.after(end, 24)
    if before.endswith("MS ") and not name.isupper():
        return True
    goods = expression("names", "goods")
    if goods.fullmatch(name.rsplit(maxsplit=1)[-1]) or goods.match(after.lstrip(" -")):
        return True
    called = re.search(r"(?i)\b(?:heißt|heissen|called|named|genannt|nennt|ist|is)\b", before)
    beast = expression("names", "animals").search(before[: called.start()] if called else "")
    return bool(beast) or expression("names", "animals").match(after.lstrip(" ,(")) is not None


def is_shown(name: str, page: Page) -> bool:
    """Whether the handle shows a surname; of a double name, whether it shows each half."""
    handle, plain = folded(page.known.handle), folded(name.rsplit(maxsplit=1)[-1])
    if not plain or not handle:
        return False
    bare = plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    shown = {plain, bare} if len(plain) > 2 else set()
    return any(part in handle for part in shown)


def is_signature(start: int, end: int, page: Page) -> bool:
    """Whether a name is the agent's own, at the end."""
    before, after = page.text[:start].rstrip(" "), page.text[end:]
    if (
        len(after) <= 45
        and not re.search(r"[.!?]\s*\w", after)
        and re.search(
            r"[.!?…)\U0001F300-\U0001FAFF♥❤☀-➿️]\s*[-–—]{1,2}$|\n\s*[-–—]{0,2}$", page.text[:start].rstrip(" ")
        )
    ):
        return True
    if not _AFTER_SIGNATURE.fullmatch(after):
        return False
    if _SIGN_OFF.search(page.text[:start]) and not re.search(
        r"(?i)\ban (?:ihre?n?|deine?n?|your)\s(?:\w+\s)?$", page.text[:start]
    ):
        return True
    if _FROM_YOUR_OWN.search(page.text[:start]):
        return True
    ends_before = (
        not before
        or before.endswith((".", "!", "?", "\n", "…", "~", "|", "^", "/", "*"))
        or bool(re.search(r"[\U0001F300-\U0001FAFF♥❤☀-➿️)]$", before))
    )
    dash = before.endswith(("-", "–", "—"))
    if dash and expression("names", "recipient").search(page.text[max(0, start - 70) : start]):
        return False
    return (ends_before or dash) and bool(before)


def is_public_person(start: int, end: int, page: Page, *, role: bool = True) -> bool:
    """Whether the words around call somebody a person in public office, or the name that of a work, a firm, a place."""
    before, after = page.before(start, 42), page.after(end, 40)
    if expression("names", "firm_before").search(before[-26:].rstrip("\"„“'‚") + "□") or expression(
        "names", "firm_after"
    ).match(after.lstrip(" -,’'\"“")):
        return True
    if re.search(r"[\"”“'’»]\s(?:by|von|mit|with|feat\.)\s$", before):
        return True
    office = expression("names", "public_office")
    return role and bool(office.search(before) or office.search(after))
