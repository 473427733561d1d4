"""Finds secrets that a text names: "password=…", '"token": "…"', "Cookie: …", "OTP is 482913"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.ingest.scrub_name import (
    REMOVED,
    Kind,
    PassingNames,
    is_secret,
    is_sentence,
    kind,
    looks_random,
)
from tracker.ingest.scrub_words import PHRASE_TAILS

Span = tuple[int, int]

_NAME = r"[\w$.\-\[\]]{1,64}+"
_PAIR = re.compile(rf"({_NAME})[\"'`\\\s]{{0,6}}+(?:[=:：＝]{{1,3}}>?|-?>)")
_OPENING = re.compile(r"(?:(?!\[removed\])[\s\[{(]){0,4}+(\\*[\"'`])?")
_WORD = re.compile(r"(?:(?![,;]\s{0,3}[\"']?[\w$.\-]{1,64}+[\"']?\s{0,3}[=:])[^\s&\"'`])+")
_XML = re.compile(r"[^<]+")
_DIGITS = re.compile(r"\d[\d \-.]*")
_LINE = re.compile(r"[^\r\n]+")
_EARLIER_WORDS = re.compile(r"(?:([\w.\-]+)[ \t]+)?([\w.\-]+)[ \t]+$")

_LOOSE = (
    re.compile(
        r"(?i)\b(?:cv[vc]2?|csc|m?pin|otp|ssn|passcode|(?:security|verification|one[- ]time) code)\b"
        r"(?:\s+(?:is|was|code|no\.?|number|of))*[\s:#=-]{1,3}(?P<v>\d[\d-]{2,10})\b"
    ),
    re.compile(
        r"(?i)(?:password|passwd|pwd|passphrase|passcode)\s+(?:(?:is|was)\s+)?"
        r"([\"'`])(?P<v>[^\"'`\n]{3,200})\1"
    ),
    re.compile(
        r"(?i)(?:password|passwd|pwd|passphrase|passcode)\s+(?:(?:is|was)\s+)?"
        r"(?P<v>(?=[^\s\d]*\d)(?=[^\sa-z]*[a-z])[^\s\"'`\[]{6,})"
    ),
    re.compile(r"(?i)\b(?:token|secret|key)\s+(?:(?:is|was)\s+)?[\"'`]?(?P<random>[\w.~+/=-]{16,})"),
)
_INPUT = re.compile(
    r"(?i)<input\b(?=[^>]*\b(?:password|cvv|cvc|cc-number|cc-csc)\b)[^>]*?\bvalue\s*=\s*"
    r"(\\*[\"'])(?P<v>[^\"'>\\]+)"
)
_OPTION = re.compile(r"--([\w-]{2,40}+)\s+(?P<v>[^\s\"'-][^\s\"']*)")
_SIGNS = re.compile(
    "c(?:v[vc]|sc|ode|c-number|c-csc)|p(?:ass|wd|in)|otp|ssn|token|secret|key|--|b(?:earer|asic|egin)"
)
_NAMES_BACKWARDS = re.compile(r"[=:>：＝][\"'`\\\s]{0,6}+([\w$.\-\[\]]{1,64})")


def may_be_in(text: str) -> bool:
    """A quick look: False means that `text` names no secret, in pairs or in a sentence."""
    return may_hold_pairs(text) or may_hold_loose(text)


def may_hold_pairs(text: str) -> bool:
    """A quick look for "name=…" and the like."""
    if "=" not in text and ":" not in text and ">" not in text and text.isascii():
        return False
    # From its sign backwards, a name is found without trying every letter as its beginning.
    names = _NAMES_BACKWARDS.findall(text[::-1])
    return bool(names) and not _plain_names.hold(names)


def may_hold_loose(text: str) -> bool:
    """A quick look for "password is …" and the like, which need a space in them."""
    # What is not printable may be a tab or a line break, which separates words as well.
    return (" " in text or not text.isprintable()) and _SIGNS.search(text.lower()) is not None


def _is_plain(backwards: str) -> bool:
    name = backwards[::-1]
    return name.isdigit() or (kind(name) < Kind.LINK and name.lower() not in PHRASE_TAILS)


_plain_names = PassingNames(_is_plain)


def in_text(text: str, links: list[Span]) -> str:
    """`text` without the values of sensitive names. `links` are spans that are clean already."""
    if may_hold_pairs(text):
        text = _cut(text, pairs(text, links))
    return _cut(text, loose(text)) if may_hold_loose(text) else text


def _cut(text: str, spans: Iterator[Span]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            parts += (text[done:start], REMOVED)
            done = end
    return "".join((*parts, text[done:])) if parts else text


def pairs(text: str, links: list[Span]) -> Iterator[Span]:
    """Where the values of sensitive names stand."""
    done = 0
    for pair in _PAIR.finditer(text):
        if pair.start() < done or any(start <= pair.start() < end for start, end in links):
            continue
        found = _kind_of(text, pair)
        if found < Kind.LINK:
            continue
        span = _value(text, pair, found)
        if span is not None:
            done = span[1]
            yield span


def _kind_of(text: str, pair: re.Match[str]) -> Kind:
    if pair[0].endswith(">") and pair[0][-2] not in "=-:" and text[pair.start() - 1 : pair.start()] != "<":
        return Kind.PLAIN
    name = pair[1]
    found = kind(name)
    if found > Kind.LINK or name.lower() not in PHRASE_TAILS:
        return found
    earlier = _EARLIER_WORDS.search(text, max(0, pair.start() - 40), pair.start())
    if earlier is None:
        return found
    phrase = kind(f"{earlier[2]} {name}")
    if phrase <= Kind.LINK and earlier[1]:
        phrase = kind(f"{earlier[1]} {earlier[2]} {name}")
    return max(found, phrase)


def _value(text: str, pair: re.Match[str], found: Kind) -> Span | None:
    """Where the secret after a name stands, or None when what follows is none."""
    opening = _OPENING.match(text, pair.end())
    start = opening.end() if opening else pair.end()
    quote = opening[1] if opening else None
    if quote:
        end = _closing(text, quote, start)
        return (start, end) if is_secret(found, text[start:end]) else None
    rest = _unquoted(text, pair, found).match(text, start)
    if rest is None:
        return None
    value = rest[0].rstrip(",;.)]}> ")
    if rest[0].startswith(REMOVED[1:], len(value) - len(REMOVED) + 2):
        value += "]"
    if not is_secret(found, value) or is_sentence(value.split(None, 1)[0]):
        return None
    # "We use cookies: read on", "Unexpected token: …" are no places for secrets, save for real keys.
    if (found is Kind.PLURAL or _is_parser_message(text, pair)) and not looks_random(value, 6):
        return None
    return start, start + len(value)


def _unquoted(text: str, pair: re.Match[str], found: Kind) -> re.Pattern[str]:
    if found is Kind.LINE:
        return _LINE
    if pair[0].endswith(">") and text[pair.start() - 1 : pair.start()] == "<":
        return _XML
    if found is Kind.DIGITS and text[pair.end() : pair.end() + 4].lstrip()[:1].isdigit():
        return _DIGITS
    return _WORD


def _is_parser_message(text: str, pair: re.Match[str]) -> bool:
    """ "Unexpected token: …" is what parsers say about code."""
    before = text[max(0, pair.start() - 11) : pair.start()].lower()
    return before == "unexpected " or (before.endswith("unexpected ") and pair[1] == "token")


def _closing(text: str, quote: str, start: int) -> int:
    """Where the quoted value ends: at the same quote, not one escaped deeper, else at the line's end."""
    at = text.find(quote, start)
    while at > 0 and text[at - 1] == "\\":
        slashes = at - len(text[:at].rstrip("\\"))
        if slashes % 2 == 0:
            break
        at = text.find(quote, at + len(quote))
    if at >= 0:
        return at
    line = _LINE.match(text, start)
    return line.end() if line else start


def loose(text: str) -> Iterator[Span]:
    """Where secrets stand that a sentence or a command names."""
    spans: list[Span] = []
    for form in (*_LOOSE, _INPUT):
        for match in form.finditer(text):
            name = "random" if "random" in form.groupindex else "v"
            value = match[name]
            if name == "v" or (looks_random(value, 16) and any(c.isdigit() for c in value)):
                spans.append(match.span(name))
    for option in _OPTION.finditer(text):
        found = kind(option[1])
        if found >= Kind.SECRET and is_secret(found, option["v"]):
            spans.append(option.span("v"))
    return iter(sorted(spans))
