"""What the middleware records of a request, the same for WSGI and ASGI."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tracker.client.tracked import error_message
from tracker.client.visit import Visit

STATIC = re.compile(
    r"^/static/|^/\.well-known/|^/(?:healthz|readyz|metrics)$"
    r"|\.(?:css|js|mjs|map|json|xml|txt|ico|png|jpe?g|gif|svg|webp|avif|woff2?|ttf|otf|eot|mp4|webm|mp3|wasm)$",
    re.IGNORECASE,
)


class Tracks(Protocol):
    """What is needed of a tracker."""

    def track(
        self,
        name: str,
        properties: Mapping[str, Any] | None = None,
        *,
        user: Any = None,
        context: Mapping[str, Any] | None = None,
        interactive: bool | None = None,
    ) -> None: ...
    def problem(self, sentence: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Request:
    """A request as any server interface tells it; header names are lower case."""

    method: str
    path: str
    url: str
    address: str
    headers: Mapping[str, str]

    @property
    def asks_for_page(self) -> bool:
        """Whether somebody opens a page, as far as a browser tells."""
        get = self.headers.get
        return (
            self.method == "GET"
            and get("sec-fetch-dest", "document") in ("document", "empty")
            and (get("sec-fetch-dest") != "empty" or "hx-boosted" in self.headers)
            and ("hx-request" not in self.headers or "hx-boosted" in self.headers)
            and "prefetch" not in get("sec-purpose", "") + get("purpose", "") + get("x-moz", "")
        )

    @property
    def wants_privacy(self) -> bool:
        """Whether the browser asks not to be tracked."""
        return self.headers.get("dnt") == "1" or self.headers.get("sec-gpc") == "1"

    @property
    def context(self) -> dict[str, str]:
        """Where it happened, and whose browser it was."""
        get = self.headers.get
        found = {
            "url": self.url,
            "referrer": get("referer", ""),
            "user_agent": get("user-agent", ""),
            "language": get("accept-language", "").split(",")[0].split(";")[0].strip(),
            "ip": self.address,
        }
        return {key: value for key, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a program wants recorded.

    - `page_views`: pages opened. Leave it off where the browser script counts them.
    - `errors`: requests that end with an error or a status from 500 up.
    - `requests`: every other request, with its duration.
    - `exclude`: beginnings of paths that are left out, besides what is no page by its looks (`STATIC`).
    - `honour_dnt`: leave browsers alone that ask for it.
    """

    page_views: bool = True
    errors: bool = True
    requests: bool = False
    exclude: tuple[str, ...] = ()
    honour_dnt: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.exclude, str):
            object.__setattr__(self, "exclude", (self.exclude,))

    def leave_out(self, request: Request) -> bool:
        """Whether nothing is recorded of a request, nor of whom it is from."""
        if self.honour_dnt and request.wants_privacy:
            return True
        return bool(STATIC.search(request.path)) or request.path.startswith(self.exclude or ("\0",))


class Answering:
    """One request being answered."""

    def __init__(self, tracker: Tracks, wishes: Wishes, request: Request, user: Callable[[], Any]) -> None:
        self._tracker = tracker
        self._wishes = wishes
        self._request = request
        self._user = user
        self._began = time.perf_counter()
        self._status = 0
        self._type = ""
        self._ended = False
        self.visit = Visit(request.context, self.user)

    def user(self) -> Any:
        """Who is signed in; None where nobody is, or where it cannot be found out."""
        try:
            return self._user()
        except Exception as error:  # noqa: BLE001 - the program's own function: it must not spoil the answer
            self._tracker.problem(f"Who is signed in could not be found out: {error_message(error)}")
            return None

    def begin(self, status: int, content_type: str) -> None:
        """The answer begins with this status and content type."""
        self._status, self._type = status, content_type

    def end(self, error: BaseException | None = None) -> None:
        """The answer is complete, or broke off. The first call counts."""
        if self._ended:
            return
        self._ended = True
        if error is None and not self._status:
            return  # whoever asked went away before there was an answer
        failed = error is not None or self._status >= 500
        if failed and self._wishes.errors:
            self._track("error_occurred", self._failure(error), interactive=False)
        elif self._is_page_view:
            if self._wishes.page_views:
                self._track("page_viewed", {}, interactive=None)
        elif self._wishes.requests:
            self._track("request_served", self._facts(failed), interactive=False)

    @property
    def _is_page_view(self) -> bool:
        shown = (200 <= self._status < 300 and self._type.startswith("text/html")) or (
            self._status == 304 and "text/html" in self._request.headers.get("accept", "")
        )
        return shown and self._request.asks_for_page

    def _facts(self, failed: bool) -> dict[str, Any]:
        return {
            "method": self._request.method,
            "path": self._request.path,
            "status_code": self._status or None,
            "status": "failed" if failed else "success",
            "duration": round(time.perf_counter() - self._began, 6),
        }

    def _failure(self, error: BaseException | None) -> dict[str, Any]:
        where = f"{self._request.method} {self._request.path}"
        message = error_message(error) if error is not None else f"{self._status} {where}"
        return {**self._facts(True), "error_message": message, "source": "server"}

    def _track(self, name: str, properties: dict[str, Any], interactive: bool | None) -> None:
        context = self._request.context
        self._tracker.track(name, properties, user=self.user(), context=context, interactive=interactive)
