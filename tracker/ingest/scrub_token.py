"""Keys and tokens that show by their form what they are, wherever they stand."""

from __future__ import annotations

import base64
import binascii
import re

from tracker.ingest.scrub_name import REMOVED, looks_random

_FORMS = re.compile(
    r"""
      -----BEGIN[ ](?:[A-Z0-9]+[ ])*PRIVATE[ ]KEY(?:[ ]BLOCK)?-----
        (?:(?!-----END)[\s\S])*(?:-----END[^-\n]{0,60}-----)?
    | (?:(?<![A-Za-z0-9])eyJ[\w-]{5,}+|eyJ[\w-]{5,400})              # JWT, JWE
      \.[\w-]{2,}(?:\.[\w-]*){0,3}
    | \b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}                         # AWS
    | gh[pousr]_\w{16,} | github_pat_\w{16,} | gl(?:pat|cbt|dt|rt)-[\w-]{16,}
    | (?:sk|rk)_(?:live|test|prod)_[\w-]{6,} | whsec_[\w+/-]{6,}=*   # Stripe, Paystack
    | sk-(?:proj|ant|or|svcacct|admin)-[\w-]{12,}
    | xox[a-z]-[\w-]{8,} | xapp-[\w-]{8,} | hooks\.slack\.com/(?:services|workflows)/[\w/]+
    | AIza[\w-]{30,} | ya29\.[\w-]{16,} | GOCSPX-[\w-]{16,}          # Google
    | \bSG\.[\w-]{12,}\.[\w-]{12,} | npm_[A-Za-z0-9]{30,} | pypi-A[\w-]{30,}
    | shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{24,} | do[opr]_v1_[0-9a-f]{32,} | \bhf_[A-Za-z0-9]{30,}
    | (?<!\d)\d{8,10}:AA[\w-]{32,}                                   # Telegram
    | (?<![A-Za-z0-9])(?P<own>(?:sk|ts)_[A-Za-z0-9_-]{16,} | sk-[A-Za-z0-9_-]{20,})
    | \b(?i:bearer)(?:[\s+]|%20)+(?P<bearer>[\w.~+/=-]{6,})
    | \b(?i:token)(?:[\s+]|%20)+(?P<token>[\w.~+/=-]{8,})
    | \b(?i:basic)(?:[\s+]|%20)+(?P<basic>[A-Za-z0-9+/_-]{4,}={0,2})
    """,
    re.VERBOSE,
)
# Each branch begins with the rarest character of its form: that is what makes it quick.
_SIGNS = re.compile(
    r"""
      J(?<=eyJ) | A(?:(?<=eyA)|KIA|SIA|BIA|CCA|Iza) | I(?<=eyI) | B(?<=eyB)
    | w(?<=ew)[o0kv] | W(?:3[s0]|y[JAI]|w[o0k])
    | _(?:(?<=gh[pousr]_|do[opr]_|pat_|sec_|npm_)|(?<=[srt][ks]_|hf_)|(?<=shp.._))
    | -(?:(?<=sk-)|(?<=gl.t-|lpat-|lcbt-|pypi-|xapp-))
    | xox[a-z]- | GOCSPX | SG\. | \.(?:slack|(?<=ya29\.)) | :AA
    """,
    re.VERBOSE,
)
_SPACED_SIGNS = re.compile("bearer|token|basic|private key")
_BASE64_JSON = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:ey[JAIB]|ew[o0kv]|W3[s0]|Wy[JAI]|Ww[o0k])[A-Za-z0-9+/_-]{8,}={0,2}"
)
_URLSAFE = str.maketrans("-_", "+/")


def may_be_in(text: str) -> bool:
    """A quick look: False means that `text` holds no key, token or base64 JSON.

    Forms that need a space ("Bearer …", "-----BEGIN …") are not looked for.
    """
    return _SIGNS.search(text) is not None


def in_text(text: str) -> str:
    """`text` with every key and token replaced."""
    return every_form(text) if may_be_in(text) or _SPACED_SIGNS.search(text.lower()) else text


def every_form(text: str) -> str:
    """`in_text` without its quick look before."""
    return _FORMS.sub(_replace, text)


def base64_json(text: str) -> list[tuple[int, int, str]]:
    """Where JSON in base64 stands in `text`: start, end, and what it says."""
    found = []
    for match in _BASE64_JSON.finditer(text):
        plain = decoded(match[0])
        if plain is not None:
            found.append((match.start(), match.end(), plain))
    return found


def decoded(encoded: str) -> str | None:
    """The text behind base64 (plain or URL-safe, padded or not), or None when it is none."""
    body = encoded.rstrip("=").translate(_URLSAFE)
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _replace(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind is None:
        return REMOVED
    secret = match[kind]
    if not _CHECKS[kind](secret):
        return match[0]
    return match[0][: match.start(kind) - match.start()] + REMOVED


def _is_bearer(word: str) -> bool:
    return len(word) >= 20 or any(not c.isalpha() for c in word.rstrip(".-=/")) or word.isupper()


def _is_basic(word: str) -> bool:
    plain = decoded(word)
    return plain is not None and ":" in plain


def _is_token(word: str) -> bool:
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word)


def _is_own(key: str) -> bool:
    return looks_random(key[3:], 14)


_CHECKS = {"own": _is_own, "bearer": _is_bearer, "token": _is_token, "basic": _is_basic}
