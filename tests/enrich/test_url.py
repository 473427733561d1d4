from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.enrich.url import CLICK_IDS, LONGEST, UTM, Page, clean_host, parse


@pytest.mark.parametrize(
    ("url", "kept", "host", "path"),
    [
        ("https://example.com", "https://example.com/", "example.com", "/"),
        ("HTTPS://WWW.Example.COM/Path", "https://www.example.com/Path", "example.com", "/Path"),
        ("http://example.com:8080/a?b=c", "http://example.com:8080/a?b=c", "example.com", "/a"),
        ("https://example.com./a", "https://example.com./a", "example.com", "/a"),
        ("https://user:pass@example.com/a", "https://example.com/a", "example.com", "/a"),
        ("https://[removed]@example.com/a", "https://example.com/a", "example.com", "/a"),
        ("https://example.com/a#top", "https://example.com/a", "example.com", "/a"),
        ("https://example.com/#/team?x=1", "https://example.com/#/team?x=1", "example.com", "/#/team"),
        ("https://example.com/app#!/team", "https://example.com/app#!/team", "example.com", "/app#!/team"),
        ("https://example.com/a?", "https://example.com/a", "example.com", "/a"),
        ("https://example.com/a?x=1&&y=2", "https://example.com/a?x=1&y=2", "example.com", "/a"),
        ("  https://example.com/a\n", "https://example.com/a", "example.com", "/a"),
        ("app://localhost/start", "app://localhost/start", "localhost", "/start"),
        ("android-app://com.google.android.gm/", "android-app://com.google.android.gm/",
         "com.google.android.gm", "/"),
        ("chrome-extension://abcdef/popup.html", "chrome-extension://abcdef/popup.html", "abcdef",
         "/popup.html"),
        ("https://[2001:db8::1]:443/a", "https://[2001:db8::1]:443/a", "[2001:db8::1]", "/a"),
        ("https://bücher.example/ä", "https://bücher.example/ä", "bücher.example", "/ä"),
        ("/pricing?plan=pro", "/pricing?plan=pro", "", "/pricing"),
    ],
)  # fmt: skip
def test_addresses(url: str, kept: str, host: str, path: str) -> None:
    page = parse(url)
    assert page is not None
    assert (page.url, page.host, page.path) == (kept, host, path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "example.com/a",
        "//example.com/a",
        "https://",
        "https:///path",
        "//example.com/",
        "/\\example.com/",
        "javascript:alert(1)",
        "javascript://example.com/%0aalert(1)",
        "data:text/html,hello",
        "file:///etc/passwd",
        "blob:https://example.com/1",
        "about:blank",
        "mailto:ann@example.com",
    ],
)
def test_what_is_no_page(url: str) -> None:
    assert parse(url) is None


def test_campaigns() -> None:
    page = parse(
        "https://example.com/?UTM_Source=News+Letter&utm_medium=e%2Dmail&utm_campaign=%20&utm_term=a"
        "&utm_content=b&utm_term=second&utm_id=7"
    )
    assert page is not None
    assert dict(page.utm) == {"source": "News Letter", "medium": "e-mail", "term": "a", "content": "b"}


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("ref=hn", "hn"),
        ("source=hn&ref=other", "hn"),
        ("ref=other&source=hn", "hn"),
        ("ref=other&utm_source=hn", "hn"),
        ("ref=", None),
        ("referrer=hn", None),
    ],
)
def test_other_names_of_a_source(query: str, source: str | None) -> None:
    page = parse(f"https://example.com/?{query}")
    assert page is not None
    assert page.utm.get("source") == source


@pytest.mark.parametrize("name", CLICK_IDS)
def test_click_ids_are_told_but_not_kept(name: str) -> None:
    page = parse(f"https://example.com/a?x=1&{name}=EAIaIQobChMI&y=2")
    assert page is not None
    assert page.click_id == name
    assert page.url == "https://example.com/a?x=1&y=2"


def test_the_click_id_that_tells_most_is_told() -> None:
    page = parse("https://example.com/?fbclid=1&gclid=2&mc_eid=3&srsltid=4")
    assert page is not None
    assert (page.click_id, page.url) == ("gclid", "https://example.com/")


def test_long_addresses_are_cut() -> None:
    page = parse("https://example.com/" + "a" * 5_000 + "?utm_source=" + "b" * 5_000)
    assert page is not None
    assert len(page.url) == len(page.path) == LONGEST
    assert len(page.utm["source"]) == 200


def test_what_is_shared_cannot_be_changed() -> None:
    for url in ("https://example.com/", "https://example.com/?ref=a"):
        page = parse(url)
        assert page is not None
        with pytest.raises(TypeError):
            page.utm["source"] = "b"  # type: ignore[index]


def test_hosts() -> None:
    hosts = ["WWW.Example.com:443", "user@example.com", "example.com.", "example.com:"]
    assert {clean_host(host) for host in hosts} == {"example.com"}
    assert clean_host("[::1]:80") == clean_host("[::1]") == "[::1]"


LIKE_ADDRESSES = st.text("htps:/?#&=@.%[]\\ax1 ", max_size=60)


@given(st.text(max_size=80) | LIKE_ADDRESSES | LIKE_ADDRESSES.map(lambda t: "https://" + t))
def test_any_text_is_read(text: str) -> None:
    page = parse(text)
    if page is not None:
        assert page.path.startswith("/")
        assert set(page.utm) <= set(UTM)
        again = parse(page.url)
        assert again is not None
        assert again == Page(page.url, page.host, page.path, page.utm, None)
