"""The middleware: which requests are page views, errors, or nothing; and whose they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from tests.client.far_end import FarEnd
from tracker.client import ASGIMiddleware, Tracker, WSGIMiddleware

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HTML = [("Content-Type", "text/html; charset=utf-8")]
Environ = dict[str, Any]
Heard = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def heard(far_end: FarEnd, tracker: Tracker) -> Heard:
    def events() -> list[dict[str, Any]]:
        assert tracker.flush()
        return far_end.heard

    return events


def page(status: str = "200 OK", headers: Iterable[tuple[str, str]] = HTML) -> Any:
    """A WSGI app that answers one thing."""

    def app(environ: Environ, start_response: Any) -> list[bytes]:
        start_response(status, list(headers))
        return [b"<h1>", b"Hello</h1>"]

    return app


def get(app: Any, path: str = "/", method: str = "GET", query: str = "", **headers: str) -> bytes:
    """One request as a server makes it."""
    environ: Environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "REMOTE_ADDR": "203.0.113.9"}
    environ |= {"HTTP_HOST": "shop.example", "wsgi.url_scheme": "https", "QUERY_STRING": query}
    environ |= {"HTTP_USER_AGENT": FIREFOX}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    setup_testing_defaults(environ)
    answer = app(environ, lambda status, headers, *_: None)
    try:
        return b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()


def test_a_page_view_says_whose_browser_it_was(tracker: Tracker, heard: Heard) -> None:
    app = WSGIMiddleware(page(), tracker)
    headers = {"referer": "https://search.example/", "accept_language": "de-DE,de;q=0.9"}
    assert get(app, "/caf\u00c3\u00a9", query="a=1", **headers) == b"<h1>Hello</h1>"
    (event,) = heard()
    assert event["eventName"] == "page_viewed" and event["properties"] == {} and "interactive" not in event
    assert event["context"] == {
        "url": "https://shop.example/caf%C3%A9?a=1",
        "referrer": "https://search.example/",
        "user_agent": FIREFOX,
        "language": "de-DE",
        "ip": "203.0.113.9",
    }


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/static/app"},
        {"path": "/logo.svg"},
        {"path": "/favicon.ico"},
        {"path": "/healthz"},
        {"path": "/.well-known/security.txt"},
        {"path": "/intern/stock"},
        {"method": "POST"},
        {"method": "HEAD"},
        {"sec_fetch_dest": "iframe"},
        {"sec_fetch_dest": "empty"},
        {"sec_purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"hx_request": "true"},
        {"dnt": "1"},
        {"sec_gpc": "1"},
    ],
    ids=lambda request: "-".join(request.values()),
)
def test_what_is_no_page_view(tracker: Tracker, heard: Heard, request_: dict[str, str]) -> None:
    assert get(WSGIMiddleware(page(), tracker, exclude=("/intern",)), **request_)
    assert heard() == []


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("302 Found", HTML),
        ("404 Not Found", HTML),
        ("200 OK", [("Content-Type", "application/json")]),
        ("200 OK", []),
        ("304 Not Modified", []),
    ],
)
def test_answers_that_show_no_page(
    tracker: Tracker, heard: Heard, status: str, headers: list[tuple[str, str]]
) -> None:
    get(WSGIMiddleware(page(status, headers), tracker))
    assert heard() == []


@pytest.mark.parametrize(
    "headers",
    [{"sec_fetch_dest": "document"}, {"sec_fetch_dest": "empty", "hx_request": "true", "hx_boosted": "true"}],
)
def test_what_a_browser_calls_a_page(tracker: Tracker, heard: Heard, headers: dict[str, str]) -> None:
    get(WSGIMiddleware(page(), tracker), **headers)
    get(WSGIMiddleware(page("304 Not Modified", []), tracker), accept="text/html,*/*", **headers)
    assert len(heard()) == 2


def test_browsers_that_ask_to_be_left_alone_may_be_counted(tracker: Tracker, heard: Heard) -> None:
    get(WSGIMiddleware(page(), tracker, honour_dnt=False), dnt="1")
    assert len(heard()) == 1


def test_other_requests_where_asked(tracker: Tracker, heard: Heard) -> None:
    app = WSGIMiddleware(page("201 Created", []), tracker, requests=True)
    get(app, "/api/orders", "POST")
    (event,) = heard()
    assert event["eventName"] == "request_served" and event["interactive"] is False
    assert event["properties"].pop("duration") >= 0
    assert event["properties"] == {
        "method": "POST",
        "path": "/api/orders",
        "status_code": 201,
        "status": "success",
    }


def test_a_status_of_500_is_an_error(tracker: Tracker, heard: Heard) -> None:
    get(WSGIMiddleware(page("500 Internal Server Error"), tracker, page_views=False), "/pay", "POST")
    (event,) = heard()
    assert event["eventName"] == "error_occurred" and event["interactive"] is False
    properties = event["properties"]
    assert (properties["status"], properties["source"], properties["status_code"]) == (
        "failed",
        "server",
        500,
    )
    assert properties["error_message"] == "500 POST /pay"


@pytest.mark.parametrize("when", ["at once", "while answering"])
def test_errors_of_the_program_are_recorded_and_go_on(tracker: Tracker, heard: Heard, when: str) -> None:
    def app(environ: Environ, start_response: Any) -> Iterable[bytes]:
        def parts() -> Iterator[bytes]:
            start_response("200 OK", HTML)
            yield b"half"
            raise LookupError("no stock")

        if when == "at once":
            raise LookupError("no stock")
        return parts()

    with pytest.raises(LookupError, match="no stock"):
        get(WSGIMiddleware(app, tracker))
    (event,) = heard()
    assert event["eventName"] == "error_occurred"
    assert event["properties"]["error_message"] == "LookupError: no stock"


def test_the_programs_own_events_know_the_browser_and_the_user(tracker: Tracker, heard: Heard) -> None:
    def app(environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", HTML)
        tracker.track("before_sign_in")
        environ["desirepath.user"] = {"id": 7, "name": "Ada"}
        tracker.track("cart_add", {"product_id": "P-1"})
        tracker.track("gift_sent", user="8", context={"url": "https://shop.example/gift"})
        return [b""]

    get(WSGIMiddleware(app, tracker), "/cart")
    tracker.track("job_ran")
    by_name = {event["eventName"]: event for event in heard()}
    ada = {"id": "7", "name": "Ada"}
    assert "user" not in by_name["before_sign_in"] or by_name["before_sign_in"]["user"] is None
    assert by_name["cart_add"]["user"] == by_name["page_viewed"]["user"] == ada
    assert by_name["cart_add"]["context"] == by_name["page_viewed"]["context"]
    assert by_name["gift_sent"]["user"] == {"id": "8"}
    assert by_name["gift_sent"]["context"]["url"] == "https://shop.example/gift"
    assert by_name["gift_sent"]["context"]["ip"] == "203.0.113.9"
    assert by_name["job_ran"].keys() == {"id", "eventName", "timestamp"}


def test_who_left_no_trace_leaves_none_in_the_programs_events(tracker: Tracker, heard: Heard) -> None:
    def app(environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", HTML)
        tracker.track("bought")
        return [b""]

    middleware = WSGIMiddleware(app, tracker)
    get(middleware, "/")
    get(middleware, "/", dnt="1")
    assert ["context" in event for event in heard() if event["eventName"] == "bought"] == [True, False]


def test_a_broken_user_function_spoils_nothing(tracker: Tracker, heard: Heard) -> None:
    def nobody(environ: Environ) -> Any:
        raise KeyError("user")

    assert get(WSGIMiddleware(page(), tracker, user=nobody)) == b"<h1>Hello</h1>"
    assert len(heard()) == 1 and tracker.counts()["bad"] >= 1


def test_what_the_program_answers_is_closed(tracker: Tracker) -> None:
    closed: list[bool] = []

    class Parts(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", HTML)
        return Parts([b"x"])

    get(WSGIMiddleware(app, tracker))
    assert closed == [True]


def call(app: Any, path: str = "/", error: type[Exception] | None = None, **headers: str) -> list[Any]:
    """One request of an ASGI server; the messages of the answer."""
    wire = [(b"host", b"shop.example"), (b"user-agent", FIREFOX.encode())]
    wire += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"a=1", "scheme": "https"}
    scope |= {"headers": wire, "client": ("203.0.113.9", 1234), "server": ("127.0.0.1", 8000)}
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        messages.append(message)

    if error is None:
        asyncio.run(app(scope, receive, send))
    else:
        with pytest.raises(error):
            asyncio.run(app(scope, receive, send))
    return messages


def asgi_page(tracker: Tracker, status: int = 200) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        inner = dict(scope)  # as frameworks do
        inner["desirepath"]["user"] = "7"
        await asyncio.sleep(0)
        tracker.track("greeted")
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/html")]}
        )
        await send({"type": "http.response.body", "body": b"Hello"})

    return app


def test_asgi_page_views_users_and_events_of_the_program(tracker: Tracker, heard: Heard) -> None:
    app = ASGIMiddleware(asgi_page(tracker), tracker, exclude="/intern")
    assert [message["type"] for message in call(app, "/caf\u00e9")] == [
        "http.response.start",
        "http.response.body",
    ]
    call(app, "/logo.png")
    call(app, "/intern/x")
    greeted, viewed, *unseen = heard()
    assert viewed["eventName"] == "page_viewed" and viewed["user"] == {"id": "7"}
    assert viewed["context"]["url"] == "https://shop.example/caf%C3%A9?a=1"
    assert (viewed["context"]["ip"], viewed["context"]["user_agent"]) == ("203.0.113.9", FIREFOX)
    assert greeted["context"] == viewed["context"] and greeted["user"] == {"id": "7"}
    assert [event["eventName"] for event in unseen] == ["greeted", "greeted"]
    assert not any("context" in event for event in unseen)


def test_asgi_errors(tracker: Tracker, heard: Heard) -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("no stock")

    call(ASGIMiddleware(fails, tracker), error=LookupError)
    call(ASGIMiddleware(asgi_page(tracker, 503), tracker), "/pay")
    messages = [e["properties"].get("error_message") for e in heard() if e["eventName"] == "error_occurred"]
    assert messages == ["LookupError: no stock", "503 GET /pay"]


def test_asgi_passes_everything_else_on(tracker: Tracker, heard: Heard) -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    for kind in ("lifespan", "websocket"):
        asyncio.run(ASGIMiddleware(app, tracker)({"type": kind}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan", "websocket"] and heard() == []
