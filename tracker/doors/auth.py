"""Telling which site a request is for and how far its sender is to be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tracker.domain.arrival import Sites
from tracker.domain.event import RawUser, Trust
from tracker.domain.site import Site
from tracker.doors import tokens
from tracker.doors.http import Request
from tracker.errors import Forbidden, Invalid, Unauthorized


@dataclass(frozen=True, slots=True)
class Sender:
    """An authenticated sender."""

    site: Site
    trust: Trust
    user: RawUser | None = None


class Authenticator:
    """Looks keys up in memory; nothing here waits for a disk."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._tokens = tokens.Tokens()

    def sender(self, request: Request, body_key: Any, now_ms: int) -> Sender:
        """Who sends: by Bearer, `X-Site-Key`, or the key in body or query, in this order.

        Raises Unauthorized (401), or Forbidden (403) for a page whose origin the site does not list.
        """
        bearer = _bearer(request)
        if bearer.startswith("sk_"):
            return self._by_secret(bearer, body_key)
        named = request.header(b"x-site-key") or body_key
        if tokens.looks_like_one(bearer):
            return self._by_token(bearer, named, now_ms)
        key = bearer or named
        if not isinstance(key, str) or not key:
            raise Unauthorized("Which site? Send its public key as `site`.", field="site")
        return self._by_public(key, request)

    def guest(self, request: Request, query: dict[str, str], now_ms: int) -> Sender:
        """Who sends in the shapes of apps: a user token where there is one, else anybody of a site's pages.

        The site is told by the token, `X-Site-Key`, `?site=` or the page's domain; else it is the only one.
        Raises Unauthorized, or Forbidden for a page whose origin the site does not list.
        """
        bearer = _bearer(request)
        named = request.header(b"x-site-key") or query.get("site")
        if bearer.startswith("sk_"):
            return self._by_secret(bearer, named)
        if bearer and not bearer.startswith("pk_"):
            return self._by_token(bearer, named, now_ms)
        named = bearer or named
        site = self._named(named) if named else self._of_origin(request) or self._sites.only()
        if site is None:
            raise Unauthorized("Which site? Send its public key as `X-Site-Key`.", field="site")
        check_origin(site, request)
        return Sender(site, Trust.PUBLIC)

    def _named(self, key: Any) -> Site:
        site = self._sites.by_public_key(key) if isinstance(key, str) else None
        if site is None:
            raise Unauthorized(
                "No site has this public key. Copy it from the site's Install page.", field="site"
            )
        return site

    def _of_origin(self, request: Request) -> Site | None:
        try:
            host = urlsplit(request.header(b"origin")).hostname
        except ValueError:
            host = None
        return self._sites.by_domain(host) if host else None

    def _by_token(self, token: str, named: Any, now_ms: int) -> Sender:
        """The site that signed the token. One that is named beside it must be that one."""
        if not tokens.looks_like_one(token):
            raise Unauthorized("The access token is no JSON web token.", field="authorization")
        site = self._named(named) if named else None
        signer = self._signer(token, site)
        if signer is None and self._sites.look_again():
            site = self._named(named) if named else None
            signer = self._signer(token, site)
        if signer is None:
            whose = "the site's token secret" if named else "the token secret of a site here"
            raise Unauthorized(
                f"The token's signature is not valid: sign it with HS256 and {whose}.", field="authorization"
            )
        return Sender(signer, Trust.TOKEN, self._tokens.user(token, signer, now_ms))

    def _signer(self, token: str, named: Site | None) -> Site | None:
        candidates = self._sites.everything() if named is None else [named]
        return next((site for site in candidates if tokens.signed(token, site)), None)

    def site_id(self, key: Any) -> int | None:
        """The site a public key names, for telling its owner of a refusal."""
        site = self._sites.by_public_key(key) if isinstance(key, str) else None
        return site.id if site is not None else None

    def _by_secret(self, key: str, body_key: Any) -> Sender:
        site = self._sites.by_secret_key(key)
        if site is None:
            raise Unauthorized("This secret key is not valid (any more).", field="authorization")
        if body_key not in (None, "", site.public_key):
            raise Invalid("`site` names another site than the secret key does.", field="site")
        return Sender(site, Trust.SECRET)

    def _by_public(self, key: str, request: Request) -> Sender:
        site = self._sites.by_public_key(key)
        if site is None:
            secret = key.startswith("sk_")
            hint = (
                "Send the secret key as `Authorization: Bearer`."
                if secret
                else "Copy it from the site's Install page."
            )
            raise Unauthorized(f"No site has this public key. {hint}", field="site")
        check_origin(site, request)
        return Sender(site, Trust.PUBLIC)


def check_origin(site: Site, request: Request) -> None:
    """Refuse pages of domains the site does not list. Apps and servers send no origin."""
    domains = site.rules.domains
    if not domains:
        return
    origin = request.header(b"origin")
    if not origin and request.method == "GET":
        origin = request.header(b"referer")
    if origin and not _listed(origin, domains):
        raise Forbidden(
            f"This site takes events from {', '.join(domains)} only. "
            "Add the page's domain in the site's settings.",
            field="origin",
        )


def _listed(origin: str, domains: tuple[str, ...]) -> bool:
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def _bearer(request: Request) -> str:
    scheme, _, value = request.header(b"authorization").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""
