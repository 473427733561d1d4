"""User tokens: JWTs (HS256) that a site's own backend signs with the site's token secret."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode
from types import NoneType
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from tracker.domain.event import MAX_ID, RawUser
from tracker.domain.site import Site
from tracker.errors import Invalid, Unauthorized

CACHE_SIZE = 10_000
DEFAULT_SECONDS = 86_400
SHORTEST_SECONDS = 60
LONGEST_SECONDS = 366 * 86_400
LEEWAY_S = 60
"""Seconds two servers' clocks may differ."""


class Tokens:
    """Checks tokens, remembering those checked already: signatures cost far more than look-ups."""

    def __init__(self) -> None:
        self._checked: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}

    def user(self, token: str, site: Site, now_ms: int) -> RawUser:
        """The user a token was made for. Raises Unauthorized with the reason."""
        key = (token, site.token_secrets)
        claims = self._checked.get(key)
        if claims is None:
            claims = _verified(token, site.token_secrets)
            if len(self._checked) >= CACHE_SIZE:
                self._checked.clear()
            self._checked[key] = claims
        _check_times(claims, now_ms // 1000)
        return RawUser(claims["sub"], claims.get("name"), claims.get("email"), claims.get("phone_number"))


def read(value: Any) -> tuple[RawUser, int]:
    """(user, seconds it lasts) of a request for a token. Raises Invalid naming the field."""
    if type(value) is not dict:
        raise Invalid("The body must be a JSON object.", field="body")
    user = value.get("user")
    if type(user) is not dict or type(user.get("id")) not in (str, int) or not str(user["id"]).strip():
        raise Invalid("user.id must be text or a whole number.", field="user.id")
    if len(str(user["id"])) > MAX_ID:
        raise Invalid(f"user.id may have {MAX_ID} characters at most.", field="user.id")
    for key in ("name", "email", "phone_number"):
        if user.get(key) is not None and (type(user[key]) is not str or len(user[key]) > MAX_ID):
            raise Invalid(f"user.{key} must be text of at most {MAX_ID} characters.", field=f"user.{key}")
    seconds = value.get("expires_in", DEFAULT_SECONDS)
    if type(seconds) is not int or not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise Invalid(
            f"expires_in must be a whole number of seconds from {SHORTEST_SECONDS} to {LONGEST_SECONDS}.",
            field="expires_in",
        )
    return RawUser(user["id"], user.get("name"), user.get("email"), user.get("phone_number")), seconds


def mint(site: Site, user: RawUser, expires_at_s: int, now_s: int) -> str:
    """A token of the site for a user, signed with its newest secret."""
    told = {
        "sub": str(user.id),
        "name": user.name,
        "email": user.email,
        "phone_number": user.phone_number,
        "iat": now_s,
        "exp": expires_at_s,
    }
    claims = {key: value for key, value in told.items() if value is not None}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(site.token_secrets[0]))


def looks_like_one(token: str) -> bool:
    """Whether a text has the three parts of a token, whatever stands in them."""
    return token.count(".") == 2


def signed(token: str, site: Site) -> bool:
    """Whether one of the site's secrets signed it, whatever else is wrong with it.

    A look at the signature alone, so that the site can be found among many; `Tokens.user` checks all.
    """
    message, _, signature = token.rpartition(".")
    try:
        told = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except ValueError:
        return False
    content = message.encode("utf-8", "replace")
    return any(
        hmac.compare_digest(hmac.digest(secret.encode(), content, "sha256"), told)
        for secret in site.token_secrets
    )


def _verified(token: str, secrets: tuple[str, ...]) -> dict[str, Any]:
    for secret in secrets:
        try:
            claims = jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims
        except RecursionError:
            raise Unauthorized("The token's claims are nested too deeply.", field="authorization") from None
        except (JoseError, ValueError):
            continue
        return _checked(claims)
    raise Unauthorized(
        "The token's signature is not valid: sign it with HS256 and the site's token secret.",
        field="authorization",
    )


def _checked(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims, where they are what they should be. Raises Unauthorized."""
    _check_is_json(claims)
    user = claims.get("sub")
    if type(user) not in (str, int) or not str(user).strip() or len(str(user)) > MAX_ID:
        raise Unauthorized(
            f"The token names no user: `sub` must be text of 1 to {MAX_ID} characters.", field="authorization"
        )
    for name in ("exp", "nbf", "iat"):
        if type(claims.get(name)) not in (int, float, NoneType):
            raise Unauthorized(
                f"`{name}` of the token must be a number of seconds since 1970.", field="authorization"
            )
    for name in ("name", "email", "phone_number"):
        told = claims.get(name)
        if told is not None and (type(told) is not str or len(told) > MAX_ID):
            raise Unauthorized(
                f"`{name}` of the token must be text of at most {MAX_ID} characters.", field="authorization"
            )
    return claims


def _check_is_json(claims: dict[str, Any]) -> None:
    """Python reads NaN and Infinity (and 1e999) in JSON, and halves of characters; nobody else does."""
    try:
        json.dumps(claims, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        raise Unauthorized(
            "The token's claims are no JSON: NaN, Infinity and halves of characters cannot be kept.",
            field="authorization",
        ) from None


def _check_times(claims: dict[str, Any], now_s: int) -> None:
    expires = claims.get("exp")
    if expires is not None and now_s > expires + LEEWAY_S:
        raise Unauthorized("The token has expired; get a new one.", field="authorization")
    for name in ("nbf", "iat"):
        if claims.get(name) is not None and now_s < claims[name] - LEEWAY_S:
            raise Unauthorized(
                f"The token is not valid yet: its `{name}` lies ahead of this server's clock.",
                field="authorization",
            )
