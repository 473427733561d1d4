"""All doors behind one object: a request in; a reply, or events that wait for their commit, out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tracker.domain.arrival import Arrival, Sites
from tracker.domain.event import Drop, Event, RawEvent, Trust
from tracker.doors import activity, body, marketplace, native, pixel, tokens, webhooks
from tracker.doors.auth import Authenticator, Sender
from tracker.doors.http import PREFLIGHT, Reply, Request, error_reply, json_reply
from tracker.doors.limits import RateLimits
from tracker.doors.refusals import Refusal, Refusals
from tracker.errors import DesirepathError, Invalid, NotFound, Unauthorized


class Passed(Protocol):
    """What a pipeline gives back."""

    @property
    def events(self) -> list[Event]: ...
    @property
    def drops(self) -> list[Drop]: ...


class Pipeline(Protocol):
    """The steps every event takes; the real one is tracker.ingest.pipeline.Pipeline."""

    def run(self, arrival: Arrival, raw_events: list[RawEvent]) -> Passed: ...


class Receipt(Protocol):
    """What the ledger says of a commit; the real one is tracker.ledger.writer.Receipt."""

    @property
    def accepted(self) -> int: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def ids(self) -> Sequence[int | None]: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """Events to commit, and how to answer once they are on disk."""

    events: list[Event]
    answer: Callable[[Receipt], Reply]
    refuse: Callable[[DesirepathError], Reply] = error_reply


class Doors:
    """Reads, authenticates, limits and checks requests. Knows no web framework and never blocks."""

    def __init__(
        self,
        sites: Sites,
        pipeline: Pipeline,
        limits: RateLimits,
        refusals: Refusals | None = None,
        product_name: Callable[[int, str], str | None] = lambda site_id, product_id: None,
        user_by_email: Callable[[int, str], str | None] = lambda site_id, email: email,
    ) -> None:
        self._sites = sites
        self._user_by_email = user_by_email
        self._authenticate = Authenticator(sites)
        self._pipeline = pipeline
        self._limits = limits
        self.refusals = refusals or Refusals()
        self._product_name = product_name
        self._routes: dict[tuple[str, str], Callable[[Request, int], Reply | Waiting]] = {
            ("POST", "/api/v1/track"): self._track,
            ("GET", "/pixel.gif"): self._pixel,
            ("POST", "/activity/track"): self._activity,
            ("POST", "/activity/track/"): self._activity,
            ("POST", "/api/activity/track"): self._marketplace,
            ("POST", "/api/activity/track/"): self._marketplace,
            ("POST", "/api/v1/tokens"): self._token,
        }
        self.paths = frozenset(path for _, path in self._routes)
        """Paths that are doors; webhooks' addresses are more."""

    def serves(self, path: str) -> bool:
        """Whether a path is a door."""
        return path in self.paths or path.startswith(webhooks.PATHS)

    def open(self, request: Request, now_ms: int) -> Reply | Waiting:
        """Answer a request, or say what has to be committed first. Never raises for bad input."""
        if request.method == "OPTIONS":
            return Reply(204, b"", PREFLIGHT)
        route = self._routes.get((request.method, request.path))
        if request.method == "POST" and request.path.startswith(webhooks.PATHS):
            route = self._webhook
        try:
            if route is None:
                raise NotFound(f"{request.method} is not understood here.", field="method")
            return route(request, now_ms)
        except DesirepathError as error:
            return error_reply(error)

    def _track(self, request: Request, now_ms: int) -> Reply | Waiting:
        try:
            envelope = native.read(body.read_json(request))
        except DesirepathError as error:
            self._note(None, error, request, now_ms)
            raise
        sender = self._sender(request, envelope.site_key, now_ms)
        arrival = _arrival(request, sender, now_ms)
        arrival.clock_offset = native.clock_offset(envelope, now_ms)
        passed = self._admit(arrival, envelope.events, request)
        errors = [*envelope.errors, *((d.index, d.field, d.message) for d in passed.drops)]
        errors.sort()
        told = [{"index": index, "field": field, "message": text} for index, field, text in errors]
        if not passed.events:
            return self._nothing_kept(passed.drops, told)

        def answer(receipt: Receipt) -> Reply:
            return json_reply(
                200,
                {
                    "success": True,
                    "accepted": receipt.accepted,
                    "duplicates": receipt.duplicates,
                    "errors": told,
                },
            )

        return Waiting(passed.events, answer)

    def _nothing_kept(self, drops: list[Drop], told: list[dict[str, Any]]) -> Reply:
        if drops and all(drop.reason.is_wish for drop in drops):
            # The sender did nothing wrong: the visitor or the site does not want this kept.
            return json_reply(200, {"success": True, "accepted": 0, "duplicates": 0, "errors": told})
        error = {"code": "invalid", "message": told[0]["message"], "field": told[0]["field"]}
        return json_reply(
            400, {"success": False, "error": error, "accepted": 0, "duplicates": 0, "errors": told}
        )

    def _pixel(self, request: Request, now_ms: int) -> Reply | Waiting:
        try:
            try:
                query = request.query()
            except ValueError:
                raise Invalid("The query has too many parameters.", field="query") from None
            sender = self._sender(request, query.get("site"), now_ms)
            passed = self._admit(_arrival(request, sender, now_ms), [pixel.read(request, query)], request)
        except DesirepathError as error:
            return pixel.image(error_reply(error).status, error.message)
        if passed.drops:
            drop = passed.drops[0]
            return pixel.image(200 if drop.reason.is_wish else 400, drop.message)
        return Waiting(
            passed.events,
            lambda receipt: pixel.image(),
            lambda error: pixel.image(error_reply(error).status, error.message),
        )

    def _activity(self, request: Request, now_ms: int) -> Reply | Waiting:
        """One activity of the user a token names."""
        sender = self._guest(request, now_ms)
        if sender.user is None:
            raise Unauthorized(
                "Send the user's access token as `Authorization: Bearer`.", field="authorization"
            )
        event = activity.read(body.read_json(request), body.inflated(request), sender.site.rules.strict_types)
        passed = self._admit(_arrival(request, sender, now_ms), [event], request)
        if passed.drops:
            return _refused(passed.drops[0], activity.RENAMED)
        done = json_reply(200, {"success": True, "message": "Activity tracked successfully"})
        return Waiting(passed.events, lambda receipt: done)

    def _marketplace(self, request: Request, now_ms: int) -> Reply | Waiting:
        """Something done with a product, by a user or by somebody known by a session key."""
        sender = self._guest(request, now_ms)
        act = marketplace.read(body.read_json(request), request)
        passed = self._admit(_arrival(request, sender, now_ms), [act.event()], request)
        if passed.drops and not passed.drops[0].reason.is_wish:
            return _refused(passed.drops[0], {})
        known = sender.user is not None

        def answer(receipt: Receipt | None) -> Reply:
            number = receipt.ids[0] if receipt else None
            name = act.product_name or self._product_name(sender.site.id, act.product_id) or act.product_id
            told = {
                "success": True,
                "message": f"Activity tracked: {act.action} on {name}",
                "activity_id": number,
                "user_authenticated": known,
                "session_key": None if known else act.session_key,
            }
            return json_reply(200, told, () if known or not act.issued else marketplace.cookie(act))

        return Waiting(passed.events, answer) if passed.events else answer(None)

    def _token(self, request: Request, now_ms: int) -> Reply:
        """A user token, for whoever holds the site's secret key."""
        sender = self._sender(request, None, now_ms)
        if sender.trust is not Trust.SECRET:
            raise Unauthorized("Tokens are made with the site's secret key.", field="authorization")
        user, seconds = tokens.read(body.read_json(request))
        expires = now_ms // 1000 + seconds
        token = tokens.mint(sender.site, user, expires, now_ms // 1000)
        told = {"token": token, "token_type": "Bearer", "expires_in": seconds, "expires_at": expires * 1000}
        return json_reply(200, {"success": True, **told})

    def _webhook(self, request: Request, now_ms: int) -> Reply | Waiting:
        """What a payment provider tells. Nothing is read, let alone kept, before its signature is checked."""
        site, provider = webhooks.addressed(request, self._sites)
        try:
            site = webhooks.check(request, site, provider, now_ms)
            notice = webhooks.read(request, provider)
        except DesirepathError as error:
            self._note(site.id if site else None, error, request, now_ms)
            raise
        user = notice.user_id or (notice.email and self._user_by_email(site.id, notice.email))
        sender = Sender(site, Trust.SECRET)
        passed = self._admit(_arrival(request, sender, now_ms), [notice.event(user)], request)
        if passed.drops:
            return _refused(passed.drops[0], {})

        def answer(receipt: Receipt) -> Reply:
            return json_reply(200, {"success": True, "duplicate": receipt.duplicates > 0})

        return Waiting(passed.events, answer)

    def _guest(self, request: Request, now_ms: int) -> Sender:
        try:
            return self._authenticate.guest(request, request.query(), now_ms)
        except ValueError:
            raise Invalid("The query has too many parameters.", field="query") from None
        except DesirepathError as error:
            self._note(None, error, request, now_ms)
            raise

    def _sender(self, request: Request, key: Any, now_ms: int) -> Sender:
        try:
            return self._authenticate.sender(request, key, now_ms)
        except DesirepathError as error:
            self._note(self._authenticate.site_id(key), error, request, now_ms)
            raise

    def _admit(self, arrival: Arrival, events: list[RawEvent], request: Request) -> Passed:
        try:
            self._limits.check(arrival, events)
        except DesirepathError as error:
            self._note(arrival.site.id, error, request, arrival.received_at, len(events))
            raise
        passed = self._pipeline.run(arrival, events)
        for drop in passed.drops:
            refusal = Refusal(
                arrival.received_at, drop.reason, drop.field, drop.message, request.header(b"origin")
            )
            self.refusals.add(arrival.site.id, refusal)
        return passed

    def _note(
        self, site_id: int | None, error: DesirepathError, request: Request, now_ms: int, events: int = 1
    ) -> None:
        refusal = Refusal(now_ms, error.code, error.field, error.message, request.header(b"origin"))
        self.refusals.add(site_id, refusal, events)


def _refused(drop: Drop, renamed: Mapping[str, str]) -> Reply:
    """Why the one event of a request was not taken, in the words of its shape."""
    if drop.reason.is_wish:
        return json_reply(200, {"success": True, "message": drop.message})
    return error_reply(Invalid(drop.message, field=renamed.get(drop.field, drop.field)))


def _arrival(request: Request, sender: Sender, now_ms: int) -> Arrival:
    dnt = request.headers.get(b"dnt") == b"1" or request.headers.get(b"sec-gpc") == b"1"
    return Arrival(
        sender.site,
        sender.trust,
        now_ms,
        address=request.address,
        user_agent=request.header(b"user-agent"),
        language=request.header(b"accept-language")[:200],
        do_not_track=dnt,
        user=sender.user,
    )
