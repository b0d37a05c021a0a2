"""Where somebody lives or stays: streets with house numbers, flats, rooms, boxes, coordinates of a dwelling."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.personal.allowed import folded_street
from bridge.personal.model import Datum
from bridge.personal.page import Page, Span
from bridge.personal.reading import folded
from bridge.personal.words import alternatives, expression, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_UP = r"[A-ZÄÖÜÉÀ]"
_NAME = rf"{_UP}[\w'’-]{{1,30}}"
_COUNTED = (
    r"\s?(?:Monat|Tag|Jahr|Woche|Stunde|Minute|Sekunde|Uhr|Prozent|Euro|Cent|Mal|Stück|Person|Kilo|Meter|Liter|Grad|Punkt|Stern"
    r"|Seite|Plätze|Folge|Teil|month|day|year|week|hour|minute|time|am\\b|pm\\b)"
)
_HOUSE = rf"(?!0)\d{{1,4}}(?:\s?[a-hA-H](?![\w]))?(?:\s?[-–/]\s?\d{{1,3}}[a-hA-H]?){{0,3}}(?![\w%€]|[.,:]\d|\.\s?(?:\d|Uhr)|{_COUNTED})"
_WORDS = r"(?:eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn|(?:\w+und)?(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig))"
_FLOOR = (
    r"(?:,?\s(?:\d{1,2}\.\s?(?:OG|UG|Stock|Etage|Obergeschoss|St\.)|(?:EG|UG|DG|Erdgeschoss|Dachgeschoss|Souterrain|Hinterhaus|Vorderhaus)"
    r"|(?:Top|Tür|Stiege|Whg\.?|Wohnung|Apartment|App\.|Apt\.?|Flat|Unit|Suite|Zimmer|Haus)\s\w{1,5}|links|rechts|Mitte|Hinterhof))*"
)
_TOWN = rf"(?:,?\s(?:in\s)?(?:[A-Z]{{1,2}}-)?\d{{4,5}}\s{_NAME}(?:[ -]{_NAME})?)?"
_GERMAN_WORD = rf"{_UP}[\w'’.-]+{alternatives('shapes', 'street_endings')}"
_GERMAN = re.compile(
    rf"(?<![\w-])(?:{_NAME}\s){{0,2}}?(?:{_GERMAN_WORD}|{alternatives('shapes', 'streets_of_words')}(?:\s{_NAME}){{1,2}}|(?:{_NAME}\s){{1,3}}{alternatives('shapes', 'street_words')}),?\s"
    rf"(?:Nr\.?\s?|Hausnr\.?\s?|Hausnummer\s|Parzelle\s)?(?:{_HOUSE}|{_WORDS}(?!\w)){_FLOOR}{_TOWN}"
)
_GERMAN_OF = re.compile(
    rf"(?<!\w)(?:Straße|Strasse|Platz|Allee|Weg|Ring|Hof|Haus)\s(?:des|der|am|an der|zum|zur|von)\s(?:\d{{1,2}}\.\s)?{_NAME}(?:\s{_NAME})?\s{_HOUSE}{_FLOOR}{_TOWN}"
)
_GERMAN_LOWER = re.compile(
    rf"(?<![\w-])[a-zäöüß]{{3,}}(?:str\.?|straße|strasse|weg|gasse|allee|platz)\s(?:nr\.?\s)?(?:\d{{1,3}}\s?[a-h]?(?![\w.,:]\d|\w|%)|{_WORDS}(?!\w))"
)
_WITH_TOWN = re.compile(
    rf"(?<![\w-])(?:{_NAME}\s){{0,3}}{_NAME}(?<!zeit)(?<!dauer)(?<!PF),?\s{_HOUSE}{_FLOOR},?\s(?:in\s)?(?:[A-Z]{{1,2}}-)?\d{{4,5}}\s{_NAME}"
)
_ENGLISH = re.compile(
    rf"(?<![\w£$€.,-])(?:(?:Flat|Apt\.?|Apartment|Unit|Suite|House|No\.?|Top)\s?\w{{1,4}},?\s)?(?:\d{{1,5}}\s?[A-Da-d]?(?:[-/]\d{{1,4}})?),?\s"
    rf"(?:(?:[NSEW]|NE|NW|SE|SW|St\.?|The|Upper|Lower|Old|New|Great|Little)\s)?(?:{_NAME}\s|\d{{1,3}}(?:st|nd|rd|th)\s){{1,3}}(?:{alternatives('shapes', 'english_streets')})(?!\w)\.?"
    rf"(?:,?\s(?:Apt\.?|Flat|Unit|Suite|#)\s?\w{{1,4}})?(?:,\s{_NAME}(?:\s{_NAME})?)?(?:,?\s[A-Z]{{2,3}}\s\d{{4,5}})?(?:,?\s[A-Z]{{1,2}}\d[\dA-Z]?\s\d[A-Z]{{2}})?"
)
_LOWER_STREETS = r"(?:street|st|road|rd|lane|avenue|ave|close|crescent|terrace|drive|grove|gardens|mews|court|parade|yard|walk|way|place|square|row|hill|quay|wharf|rise|view|park)"
_ENGLISH_LOWER = re.compile(
    rf"(?i)(?<![\w£$€.,-])(?:(?:flat|apt|unit)\s\w{{1,4}},?\s)?\d{{1,4}}[a-d]?\s(?!and|then|the|for|per|more|min|hour|day|week|month|year|mile|metre|people|free|new|in|of|at|to|car)[a-z'’]{{3,}}\s{_LOWER_STREETS}(?!\w)"
    rf"|(?<!\w)[a-z'’]{{3,}}\s{_LOWER_STREETS},?\s(?:no\.?|number|nr\.?|#)\s?\d{{1,4}}[a-d]?(?:,\s(?:flat|unit|apt)\s\w{{1,4}})?(?!\w)"
)
_NUMBER_TO_POSTCODE = re.compile(
    r"(?<![\w£$€.,/-])(?<!Box )\d{1,5}[a-d]?(?:/\d{1,3})?,?\s(?:[^\W\d_][\w'’.-]*,?\s){1,7}(?:[A-Z]{1,2}\d[\dA-Z]?\s\d[A-Z]{2}|(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])\s\d{5}(?:-\d{4})?|(?:NSW|VIC|QLD|SA|WA|TAS|ACT|NT)\s\d{4}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|[A-Z]\d{2}\s[A-Z\d]{4})(?!\w)"
)
_NUMBER_FIRST = re.compile(
    rf"(?<!\w)(?i:nr\.?|hausnummer|no\.?|number|house)\s\d{{1,4}}[a-d]?\s(?i:in der|in dem|im|am|an der|on|in|of)\s(?:{_GERMAN_WORD}|(?:{_NAME}\s){{1,2}}{alternatives('shapes', 'english_streets')})(?!\w)"
)
_ROMANCE = re.compile(
    rf"(?i:(?<!\w)(?:rue|avenue|av\.|chemin|route|place|via|viale|piazza|calle|ulica|ul\.)\s)(?:(?:de|du|des|de la|del|della|di|la|le)\s)?{_NAME}(?:\s{_NAME})?,?\s\d{{1,4}}(?![\w%]|[.,:]\d)|(?<![\w.,])\d{{1,4}},?\s(?:rue|avenue|chemin|route)\s(?:(?:de|du|des|de la)\s)?{_NAME}"
)
_UK_HOUSE = re.compile(
    rf"(?<!\w)(?:The\s)?(?:{_NAME}\s){{1,2}}(?:Cottage|House|Farm|Barn|Lodge|Villa|Croft|Mill|Rectory|Manor|Bungalow|Hall),?\s(?:[\w'’.-]+,?\s){{1,7}}(?:[A-Z]{{1,2}}\d[\dA-Z]?\s\d[A-Z]{{2}})"
)
_UK_POSTCODE = re.compile(
    rf"(?<![\w])(?:{_NAME}[ ,]+){{1,5}}[A-Z]{{1,2}}\d[\dA-Z]?\s\d[A-Z]{{2}}(?!\w)|(?<!\w)\d{{1,3}}[a-d]?,?\s[A-Z]{{1,2}}\d[\dA-Z]?\s\d[A-Z]{{2}}(?!\w)"
)
_FLAT = re.compile(
    r"(?<!\w)(?:(?i:flat|apartment|apt\.?)|Whg\.?|Wohnung|Ferienwohnung|FeWo|Ferienhaus|Lodge|lodge|Wohnungsnummer|Wohnungsnr\.?|Wohneinheit|Parzelle|Stiege \d+,? (?:Top|Tür)|Top(?= \d{1,2}(?!\d| der| of| in))|Tür|Stellplatz|Pitch|pitch|Caravan)\s(?:is |ist )?(?:Nr\.?\s|no\.?\s|number\s)?(?:\d{1,4}[A-Za-z]?|[A-Z]\d{0,3})(?![\w%]|[.,]\d)"
)
_ROOM = re.compile(
    r"(?i)(?<![\w-])(?:zimmer(?:nummer|nr\.?)?|zi\.|rm\.?|room(?: number| no\.?)?|ward|suite|guest in|gast in|schlüssel für (?:die|das)|kabine(?:nnummer)?|cabin|stateroom|bett(?:platz)?|bed|bungalow|chalet),?\s?(?:is |ist )?(?:nr\.?|no\.?|#|number)?\s?(\d{1,5}[a-z]?|[A-Z]\d{1,4})(?![\w%€]|[.,:]\d)"
)
_BOX = re.compile(
    r"(?<!\w)(?:Postfach|PO Box|P\.? ?O\.? Box|Box|Case postale)\s(?:Nr\.?\s)?\d[\d ]{1,8}\d(?!\w)", re.IGNORECASE
)
_THREE_WORDS = re.compile(
    r"(?<![\w/])(?:///\s?([^\W\d_]{3,}\.[^\W\d_]{3,}\.[^\W\d_]{3,})|(?:(?<=w3w )|(?<=what3words )|(?<=what3words: ))([^\W\d_]+\.[^\W\d_]+\.[^\W\d_]+))(?![\w@])"
)
_COORDINATES = re.compile(
    r"(?<![\w.])[-+]?\d{1,2}[.,]\d{3,8}\s?°?\s?[NS]?\s?[,;/ ]\s?[-+]?\d{1,3}[.,]\d{3,8}\s?°?\s?[EWO]?(?!\w)|\d{1,2}°\s?\d{1,2}['′]\s?(?:\d{1,2}(?:[.,]\d+)?[\"″]\s?)?[NS][,\s]+\d{1,3}°\s?\d{1,2}['′]\s?(?:\d{1,2}(?:[.,]\d+)?[\"″]\s?)?[EWO]"
)
_CARE_OF = re.compile(rf"(?<!\w)c/o\s(?:{_NAME}\s?){{1,3}}(?:,\s)?", re.IGNORECASE)
_STREETS = alternatives("shapes", "english_streets")
_ANY_WORDS = re.compile(
    rf"(?<!\w)(?i:{alternatives('cues', 'address_of')}):?\s(?:(?i:ist|is|lautet|war|was|auf|an|to|at|in|im|der|die|das|the|as|zu|zur|bei|nach|es|it|them)\s){{0,3}}"
    rf"(?P<place>(?:{_NAME}\s){{0,2}}{_NAME}\s{_HOUSE}|\d{{1,4}}[a-d]?\s(?:{_UP}[\w'’-]+\s|y\s|na\s){{0,2}}{_UP}(?=[a-z])[\w'’-]+(?!\s\d)|(?:The\s)?(?:{_NAME}\s)?{_NAME},\s(?:{_NAME}\s{_STREETS}|(?:Heol|Ffordd|Stryd|Lôn|Bóthar|Sráid)\s(?:y\s|na\s|an\s)?{_NAME})(?!\w))"
)
"""Any words and a number where the text speaks of an address."""
_HOUSES_OF_ONE_ADDRESS = 8
_FOLLOWING = 15
"""A word that follows an address says less of it than one that goes before: so many signs it counts as farther."""
_ENGLISH_NUMBERS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w{3,5}teen"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?)"
)
_SPELLED_HOUSE = re.compile(
    rf"(?i)(?<!\w)(?:unit|flat|apartment|apt|number)\s(?:{_ENGLISH_NUMBERS}|\d{{1,4}}[a-d]?),?\s"
    rf"(?:{_ENGLISH_NUMBERS}\s[a-z'’]{{4,}}|\d{{1,4}}\s[a-z'’]{{4,}}(?:\s{_LOWER_STREETS})|[a-z'’]{{3,}}\s{_LOWER_STREETS})(?!\w)"
    rf"|(?<!\w)(?<!chapter )(?<!page ){_ENGLISH_NUMBERS}\s[a-z'’]{{4,}}\s{_LOWER_STREETS}(?!\w)"
)
_HOUSE_WITH_A_NAME = re.compile(
    rf"(?<!\w)(?:The\s)?(?:{_NAME}\s){{1,2}}(?:Cottage|Farmhouse|Barn|Rectory|Vicarage|Bungalow|Forge|Granary|Stables|Croft|Schoolhouse|Gatehouse)(?!\w)"
)
_SHAPES = (
    _GERMAN,
    _GERMAN_OF,
    _WITH_TOWN,
    _ENGLISH,
    _ROMANCE,
    _UK_HOUSE,
    _GERMAN_LOWER,
    _ENGLISH_LOWER,
    _NUMBER_TO_POSTCODE,
    _SPELLED_HOUSE,
    _NUMBER_FIRST,
)


def addresses(page: Page) -> Iterator[Span]:
    """Find addresses; a place of business, or one on the list, is settled."""
    yield from _known(page)
    yield from _of_a_dwelling(page)
    for shape in _SHAPES:
        for match in shape.finditer(page.text):
            start = match.start() + _leading_words(match.group())
            if _is_no_street(page.text[start : match.end()]):
                continue
            yield Span(_datum(start, match.end(), page), start, match.end())
    for match in _ANY_WORDS.finditer(page.text):
        start, end = match.span("place")
        plain = {word.casefold() for word in re.findall(r"[^\W\d_]+", match["place"])}
        if not plain & words("shapes", "no_streets") and _datum(start, end, page):
            yield Span(Datum.ADDRESS, start, end)
    for match in _UK_POSTCODE.finditer(page.text):
        code = re.search(r"[A-Z]{1,2}\d[\dA-Z]?\s\d[A-Z]{2}$", match.group())
        if code:
            yield Span(None, match.start() + code.start(), match.end())
        if re.match(r"\d", match.group()) or expression("cues", "house_name").search(match.group()):
            yield Span(_datum(match.start(), match.end(), page), match.start(), match.end())


def _leading_words(written: str) -> int:
    """Return how many signs at the beginning are words of the sentence: ``In``, ``Adresse``."""
    cut = 0
    while (first := re.match(r"[^\W\d_]+[ -]", written[cut:])) and first.group()[:-1].casefold() in words(
        "shapes", "before_streets"
    ):
        cut += first.end()
    return cut


def _is_no_street(written: str) -> bool:
    """Whether the word before the number is a counter, a gate, a month, a sort of number."""
    first = re.match(r"[^\W\d_]+", written)
    last = re.search(r"([^\W\d_]+)\s\d", written)
    told = {match.group(match.lastindex or 0).casefold() for match in (first, last) if match} - {"in"}
    return bool(told & words("shapes", "no_streets")) or any(word.endswith(("nummer", "schalter")) for word in told)


def _known(page: Page) -> Iterator[Span]:
    """Find the street and house number of the customer, however it is written."""
    for part in page.known.address.split(","):
        pieces = re.findall(r"[^\W_]+", re.sub(r"(?i)str(?:aße|asse)\b", "str", part))
        has_number = any(piece[0].isdigit() for piece in pieces)
        if not has_number or len(folded(part)) < 5 or re.fullmatch(r"\s*\d{4,5}\s\D+", part):
            continue
        spelled = [re.sub(r"(?i)str$", "str(?:aße|asse|\\\\.)?", re.escape(piece)) for piece in pieces]
        street = re.compile(r"(?<!\w)" + r"[\s.,'’-]{0,2}".join(spelled) + rf"(?!\w){_FLOOR}{_TOWN}", re.IGNORECASE)
        for match in street.finditer(page.text):
            yield Span(Datum.ADDRESS, match.start(), match.end())
        return


def _of_a_dwelling(page: Page) -> Iterator[Span]:
    for match in _CARE_OF.finditer(page.text):
        yield Span(Datum.ADDRESS, match.start(), match.end())
    for match in _THREE_WORDS.finditer(page.text):
        group = 1 if match[1] else 2
        personal = not _is_business(match.start(), match.end(), page)
        yield Span(Datum.ADDRESS if personal else None, match.start(group), match.end(group))
    for match in _COORDINATES.finditer(page.text):
        home = expression("cues", "dwelling").search(page.sentence(match.start(), match.end(), 70))
        yield Span(
            Datum.ADDRESS if home and not _is_business(match.start(), match.end(), page) else None,
            match.start(),
            match.end(),
        )
    yield from _of_a_guest(page)
    yield from _with_a_name(page)


def _with_a_name(page: Page) -> Iterator[Span]:
    """Find houses with a name that somebody lives in."""
    for match in _HOUSE_WITH_A_NAME.finditer(page.text):
        lived_in = expression("cues", "dwelling").search(
            page.before(match.start(), 60) + "□" + page.after(match.end(), 60)
        )
        if lived_in and not _is_business(match.start(), match.end(), page):
            yield Span(Datum.ADDRESS, match.start(), match.end())


def _of_a_guest(page: Page) -> Iterator[Span]:
    """Find rooms, flats and boxes of somebody."""
    for match in _ROOM.finditer(page.text):
        near = page.sentence(match.start(), match.end(), 70)
        public = expression("cues", "public_room", "office", "of_a_thing").search(near)
        if not public or expression("cues", "own_room").search(near):
            yield Span(Datum.ADDRESS, match.start(), match.end())
    for match in _FLAT.finditer(page.text):
        if not expression("cues", "public_room").search(page.sentence(match.start(), match.end(), 40)):
            yield Span(Datum.ADDRESS, match.start(), match.end())
    for match in _BOX.finditer(page.text):
        own = expression("cues", "own_box").search(page.before(match.start(), 60) + page.after(match.end(), 60))
        yield Span(Datum.ADDRESS if own else None, match.start(), match.end())


def _is_stretch(written: str) -> bool:
    """Whether it is a row of houses, as an outage or a closed road has."""
    row = re.search(r"(\d{1,4})\s?[-–]\s?(\d{1,3})\b", written)
    return bool(row) and int(row[2] if row else 0) - int(row[1] if row else 0) > _HOUSES_OF_ONE_ADDRESS


def _datum(start: int, end: int, page: Page) -> Datum | None:
    written = page.text[start:end]
    street = folded_street(written)
    listed = any(street.startswith(place) for place in page.published.places if place)
    affected = expression("cues", "outage_range").search(page.before(start, 40) + written + page.after(end, 14))
    if listed or affected or _is_stretch(written) or _names_a_business(written):
        return None
    if expression("cues", "public_squares").match(written) and not _is_called_own(start, end, page):
        return None
    return None if _is_business(start, end, page) or _follows_a_business(start, end, page) else Datum.ADDRESS


def _names_a_business(written: str) -> bool:
    """Whether what was taken for a street begins with a shop: ``Im Store Kettwiger Str. 22``."""
    shop = re.match(rf"(?i)(?:(?:im|am|zum|beim)\s)?{alternatives('cues', 'business')}(?!\w)(?!\s?\d)", written)
    return bool(shop)


def _follows_a_business(start: int, end: int, page: Page) -> bool:
    """Whether the sentence says nothing of the street, and the one before it speaks of a place of business."""
    spoken_of = expression("cues", "own_place", "address_of").search(page.sentence(start, end, 75))
    return not spoken_of and bool(expression("cues", "business").search(page.text[max(0, start - 75) : start]))


def _is_called_own(start: int, end: int, page: Page) -> bool:
    own = expression("cues", "own_place")
    return bool(own.search(page.before(start, 75)) or own.search(page.after(end, 45)))


def _is_business(start: int, end: int, page: Page) -> bool:
    """Whether the words around call a place one that everybody may visit, and none calls it somebody's own."""
    own, shop = _nearest("own_place", start, end, page), _nearest("business", start, end, page)
    return shop is not None and (own is None or shop < own)


def _nearest(cue: str, start: int, end: int, page: Page) -> int | None:
    """Return how far the nearest word stands; one that follows counts as farther than one that goes before."""
    before, after = page.before(start, 75), page.after(end, 45)
    distances = [len(before) - match.end() for match in expression("cues", cue).finditer(before)]
    distances += [match.start() + _FOLLOWING for match in expression("cues", cue).finditer(after)]
    return min(distances, default=None)
