"""Lines that mail programs put before what they quote, and that end what a person wrote, in a dozen languages.

Every pattern is matched against one line, or a few joined ones, of bounded length, and none can backtrack for long.
"""

from __future__ import annotations

import re

_I = re.IGNORECASE

_WROTE = (
    "wrote|writes|schrieb|hat geschrieben|geschrieben|a écrit|ha scritto|escribi[óo]|escreveu|schreef|skrev|"
    "pisze|napisał(?:\\(?a\\)?)?|napsala?|napísala?|kirjoitti|пише(?:т)?|написал(?:а|\\(а\\))?|写道|のメール|さんは書きました|"
    "작성|yazd[ıi]|írta|a scris|έγραψε|כתב(?:ה)?"
)
_BEGINS = "on|am|le|el|il|em|op|den|dne|dnia|w dniu|pe|på|a|în|tarihinde|le :|\\d|[a-zà-ž]{2,4}\\.?,? \\d|в |ср|пн|вт|чт|пт|сб|вс"
_RULED = re.compile(rf"^-{{2,}} ?(?:on|am|le) .{{5,200}}(?<!\w)(?:{_WROTE})\s*-{{2,}}\s*$", _I)
_DATED = re.compile(r"(?<!\w)(?:\d{1,2}[:.]\d{2}|\d{1,2}[./-] ?\d{1,2}|(?:19|20)\d{2})(?!\d)|@")
"""A date, a time or an address, without which "On Monday I wrote:" is a sentence."""
_WROTE_END = re.compile(rf"^[\s>]*(?=.{{10,400}}$).*(?<!\w)(?:{_WROTE})(?!\w).{{0,90}}[:：]\s*$", _I)
_WROTE_START = re.compile(rf"^[\s>]*(?:{_BEGINS})", _I)
_ADDRESS_END = re.compile(r"^(?=.{10,300}$).*\d.*<\s*(?:mailto:)?[^<>\s]+@[^<>\s]+>\s*[:：]\s*$")
_NO_COLON = re.compile(rf"^(?=.{{10,300}}$)[\s>]*(?:on|am|le) .*\d.*<[^<>\s]+@[^<>\s]+> (?:{_WROTE})\s*$", _I)
_ADDRESS_LAST = re.compile(
    r"^.{3,160}<\s*(?:mailto:)?[^<>\s]+@[^<>\s]+>\s*.{0,40}(?<!\w)(?:" + _WROTE + r")(?!\w).{0,40}[:：]\s*$", _I
)

_ORIGINAL = (
    "original (?:message|nachricht|mail|e-?mail|appointment)|ursprüngliche (?:nachricht|e-?mail)|originalnachricht|"
    "original-nachricht|message (?:d['’]origine|original|initial)|messaggio originale|mensaje original|mensagem original|"
    "oorspronkelijk bericht|original(?:t)? meddelelse|oprindelig (?:meddelelse|besked)|originalmeddelande|ursprungligt meddelande|"
    "opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní (?:zpráva|e-?mail)|исходное сообщение|"
    "reply (?:message|above this line)|antwort(?:en)? (?:bitte )?(?:über|oberhalb) (?:dieser|diese) (?:zeile|linie)|reply to this email"
)
SEPARATOR = re.compile(rf"^[\s>]*[-_=*#—–]{{2,}}\s*(?:{_ORIGINAL})\b.{{0,60}}$", _I)
"""A line that says that an older mail follows."""

_PASSED = (
    "forwarded (?:message|mail|by)|weitergeleitete (?:nachricht|e-?mail|mail)|begin forwarded message|"
    "anfang der weitergeleiteten (?:nachricht|e-?mail)|message (?:transféré|réexpédié)|début du message (?:transféré|réexpédié)|"
    "messaggio inoltrato|inizio messaggio inoltrato|mensaje reenviado|inicio del mensaje reenviado|mensagem encaminhada|"
    "doorgestuurd bericht|begin doorgestuurd bericht|vidarebefordrat meddelande|videresendt (?:meddelelse|besked)|"
    "przekazana wiadomość|пересылаемое сообщение"
)
FORWARD = re.compile(rf"^\s*(?:[-_=*]{{2,}}\s*)?(?:{_PASSED})\b\s*(?:[-_=*]{{2,}}|:)?.{{0,40}}$", _I)
"""A line that says that a mail is passed on."""
FORWARD_BEGINS = re.compile(rf"^\s*(?:[-_=*]{{2,}}\s*)?(?:{_PASSED})\b", _I)
"""The same, where it is not known where the line ends."""

_FROM = "from|von|de|da|van|od|fra|från|lähettäjä|от|от кого|gönderen|mittente|remitente|expéditeur|afzender|nadawca|差出人|发件人|보낸 사람|feladó|od koho|message du|מאת"
_OTHER = (
    "sent|to|cc|bcc|date|subject|reply-to|gesendet|datum|an|kopie|betreff|envoyé(?: le)?|date|à|copie(?: à)?|objet|sujet|"
    "inviato|data|a|oggetto|enviad[oa](?: el| em)?|fecha|para|asunto|assunto|verzonden|aan|onderwerp|wysłan[oay]|do|dw|temat|"
    "sendt|til|emne|dato|skickat|till|ämne|lähetetty|vastaanottaja|aihe|päiväys|отправлено|дата|кому|тема|копия|konu|kime|tarih|"
    "送信日時|宛先|件名|发送时间|收件人|主题|odesláno|komu|předmět|received|empfangen|thema|message du"
)
_HEAD = re.compile(rf"^[\s>*]*(?:{_FROM})\s*[*]?\s*[:：]\s*\*?\s*\S.{{0,300}}$", _I)
_HEAD_ANY = re.compile(rf"^[\s>*]*(?:{_FROM}|{_OTHER})\s*[*]?\s*[:：]", _I)
_HEAD_OTHER = re.compile(rf"^[\s>*]*(?:{_OTHER})\s*[*]?\s*[:：]", _I)
_MAILISH = re.compile(r"[^\s<>]+@[^\s<>]+|\d{1,2}[:.]\d{2}|\d{4}")

RULE = re.compile(r"^[\s>]*(?:[_=*—–-]{3,}|\*{3,})\s*$")
"""A line that only draws a rule."""
DASHES = re.compile(r"^(?:--|—|__|–)\s*$")
"""Before a signature."""
LIST_FOOTER = re.compile(r"^.{0,200}(?:mailing list|mailman/listinfo|unsubscribe|googlegroups\.com)", _I)

_DEVICE_NAME = "iphone|ipad|ios|handy|smartphone|mobil\\w*|android\\w*|samsung|galaxy|huawei|blackberry|outlook|yahoo|gmx|web\\.de|telekom|nokia|windows|sony|xperia|xiaomi|pixel|tablet|phone|device|gerät|mail|app|proton\\w*|wiko|telefon\\w*|téléphone|appareil|wireless"
DEVICE = re.compile(
    rf"^(?=.{{0,120}}(?:{_DEVICE_NAME}))(?:sent (?:from|via|with|using)|gesendet (?:von|mit|aus|über)|von meinem .{{1,40}} gesendet|"
    r"envoyé (?:de|depuis|à partir)|inviato (?:da|dal|con)|enviado (?:desde|do|de|via)|verzonden (?:vanaf|met|via)|"
    r"get outlook for|outlook für .{1,20} beziehen|holen sie sich outlook|télécharge[rz] outlook|obtenir outlook|skickat från|sendt fra|"
    r"wysłan[oey] z|lähetetty|отправлено (?:с|из))[^.!?,]{0,90}(?:<\S{1,200}>|\(?https?://\S{1,200}|[.!]?)\s*$",
    _I,
)
"""What phones write below a mail."""

GREETING = re.compile(
    r"^(?:(?:mit )?(?:freundliche[mn]?|herzliche[mn]?|beste[nm]?|liebe[n]?|viele[n]?|schöne[n]?|sonnige[n]?|nette[n]?|besten) "
    r"(?:gr(?:ü|ue)(?:ß|ss)(?:e|en)?|gruß|gruss|dank)(?: (?:aus|und|von) .{1,40})?|(?:gr(?:ü|ue)(?:ß|ss)e|gruß|gruss)(?: (?:aus|und|von) .{1,40})?|"
    r"hochachtungsvoll|mfg|m\.f\.g\.|lg|vg|bg|hg|liebe gr(?:ü|ue)(?:ß|ss)e|"
    r"(?:(?:kind|best|warm|warmest|kindest) )?regards|best wishes|best|many thanks|thanks(?: and (?:best )?regards)?|thank you|thx|cheers|"
    r"(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|cordialement|bien cordialement|cdlt|salutations|"
    r"saluti|cordiali saluti|distinti saluti|saludos(?: cordiales)?|un saludo|atentamente|atenciosamente|obrigad[oa]|"
    r"met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?|groet(?:en|jes)?|med vänliga? hälsning(?:ar)?|"
    r"(?:med )?(?:venlig|vennlig) hilsen|mvh|pozdrawiam|z poważaniem|z powazaniem|ystävällisin terveisin)\s*[,.!]?\s*[^\w\s]{0,3}\s*$",
    _I,
)
"""With what letters end."""


def introduces(lines: list[str], number: int) -> bool:
    """Tell whether a line, joined with up to two more where it was wrapped, says who wrote what follows."""
    line = lines[number].strip()
    if not _WROTE_START.match(line) and "@" not in line:
        return False
    for count in (1, 2, 3):
        joined = " ".join(each.strip() for each in lines[number : number + count])
        if len(joined) > 400:
            return False
        if any(pattern.match(joined) for pattern in (_ADDRESS_END, _ADDRESS_LAST, _NO_COLON, _RULED)):
            return True
        if _WROTE_START.match(joined) and _WROTE_END.match(joined) and _DATED.search(joined):
            return True
        if number + count >= len(lines) or not lines[number + count].strip():
            return False
    return False


def dated(lines: list[str], number: int) -> bool:
    """Tell whether a line, or one of the next two, which it may be wrapped into, holds a date, a time or an address."""
    return any(_DATED.search(line) for line in lines[number : number + 3])


def head(lines: list[str], number: int) -> bool:
    """Tell whether the head of a mail stands here: who it is from, and further lines of it soon after or before."""
    line = lines[number]
    if not _HEAD_ANY.match(line):
        return False
    following = [each for each in lines[number + 1 : number + 7] if each.strip()][:4]
    others = sum(_HEAD_OTHER.match(each) is not None for each in following)
    if _HEAD.match(line):
        return others >= 2 or (others == 1 and _MAILISH.search(line) is not None)
    return any(_HEAD.match(each) for each in following[:3]) and others >= 1
