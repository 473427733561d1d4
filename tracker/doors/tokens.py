"""User tokens: JWTs (HS256) that a site's own backend signs with the site's token secret."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from tracker.domain.event import RawUser
from tracker.domain.site import Site
from tracker.errors import Unauthorized

CACHE_SIZE = 10_000
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


def _verified(token: str, secrets: tuple[str, ...]) -> dict[str, Any]:
    for secret in secrets:
        try:
            claims = jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims
        except (JoseError, ValueError):
            continue
        if not isinstance(claims.get("sub"), str | int):
            raise Unauthorized("The token names no user (`sub`).", field="authorization")
        return claims
    raise Unauthorized(
        "The token's signature is not valid: sign it with HS256 and the site's token secret.",
        field="authorization",
    )


def _check_times(claims: dict[str, Any], now_s: int) -> None:
    expires, begins = claims.get("exp"), claims.get("nbf")
    if isinstance(expires, int | float) and now_s > expires + LEEWAY_S:
        raise Unauthorized("The token has expired; get a new one.", field="authorization")
    if isinstance(begins, int | float) and now_s < begins - LEEWAY_S:
        raise Unauthorized("The token is not valid yet.", field="authorization")
