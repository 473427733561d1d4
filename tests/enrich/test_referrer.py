from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.enrich.channel import Channel
from tracker.enrich.referrer import Source, classify
from tracker.enrich.url import parse

OWN = ("example.com", "*.example.org", "WWW.Shop.example")
HERE = "https://example.com/landing"


def source(query: str, referrer: str | None = None) -> Source:
    return classify(parse(HERE + query), referrer, OWN)


@pytest.mark.parametrize(
    ("referrer", "name", "channel"),
    [
        ("https://www.google.com/", "Google", "Organic Search"),
        ("https://www.google.co.in/search?q=a", "Google", "Organic Search"),
        ("https://lens.google.com/", "Google", "Organic Search"),
        ("https://www.bing.com/search", "Bing", "Organic Search"),
        ("https://duckduckgo.com/", "DuckDuckGo", "Organic Search"),
        ("https://search.yahoo.com/", "Yahoo!", "Organic Search"),
        ("https://fr.search.yahoo.com/", "Yahoo!", "Organic Search"),
        ("https://yandex.ru/", "Yandex", "Organic Search"),
        ("https://search.brave.com/", "Brave Search", "Organic Search"),
        ("https://www.facebook.com/", "Facebook", "Organic Social"),
        ("https://l.facebook.com/l.php", "Facebook", "Organic Social"),
        ("https://lm.instagram.com/", "Instagram", "Organic Social"),
        ("https://t.co/abc", "X", "Organic Social"),
        ("https://x.com/home", "X", "Organic Social"),
        ("https://www.linkedin.com/feed", "LinkedIn", "Organic Social"),
        ("https://old.reddit.com/r/python", "Reddit", "Organic Social"),
        ("https://news.ycombinator.com/", "Hacker News", "Organic Social"),
        ("android-app://com.reddit.frontpage/", "Reddit", "Organic Social"),
        ("https://www.youtube.com/", "YouTube", "Organic Video"),
        ("https://youtu.be/abc", "YouTube", "Organic Video"),
        ("https://chatgpt.com/", "ChatGPT", "AI"),
        ("https://www.perplexity.ai/", "Perplexity", "AI"),
        ("https://claude.ai/", "Claude", "AI"),
        ("https://gemini.google.com/", "Gemini", "AI"),
        ("https://copilot.microsoft.com/", "Copilot", "AI"),
        ("https://mail.google.com/mail/u/0", "Gmail", "Email"),
        ("android-app://com.google.android.gm/", "Gmail", "Email"),
        ("https://outlook.live.com/", "Outlook", "Email"),
        ("https://mail.yahoo.co.jp/", "Yahoo! Mail", "Email"),
        ("https://someone.substack.com/p/1", "Substack", "Email"),
        ("https://www.amazon.co.uk/", "Amazon", "Organic Shopping"),
        ("https://github.com/a/b", "GitHub", "Referral"),
        ("https://en.wikipedia.org/wiki/A", "Wikipedia", "Referral"),
        ("https://accounts.google.com/o/oauth2", "Google Accounts", "Referral"),
        ("https://blog.other.example:8080/post", "blog.other.example", "Referral"),
        ("https://google.evil.example/", "google.evil.example", "Referral"),
        ("https://notgoogle.com/", "notgoogle.com", "Referral"),
        ("https://fakex.com/", "fakex.com", "Referral"),
    ],
)
def test_referrers(referrer: str, name: str, channel: str) -> None:
    found = source("", referrer)
    assert (found.source, found.channel) == (name, channel)
    assert found.referrer_host is not None
    assert found.referrer is not None


@pytest.mark.parametrize("referrer", [None, "", "nonsense", "about:blank", "/inside"])
def test_no_referrer_is_direct(referrer: str | None) -> None:
    assert source("", referrer) == Source(None, None, None, Channel.DIRECT)


@pytest.mark.parametrize(
    "referrer",
    [
        "https://example.com/other",
        "https://www.example.com/",
        "https://shop.example.com:8443/",
        "https://a.b.example.org/",
        "https://shop.example/",
    ],
)
def test_own_pages_are_internal(referrer: str) -> None:
    assert source("", referrer) == Source(None, None, None, Channel.INTERNAL)


def test_the_host_of_the_page_is_the_site_itself() -> None:
    page = parse("https://unlisted.example/a")
    assert classify(page, "https://www.unlisted.example/b", ()).channel is Channel.INTERNAL
    assert classify(page, "https://notunlisted.example/b", ()).channel is Channel.REFERRAL
    assert classify(None, "https://example.com/", OWN).channel is Channel.INTERNAL
    assert classify(None, "https://www.google.com/", OWN).source == "Google"


@pytest.mark.parametrize(
    ("query", "name", "channel"),
    [
        ("utm_source=newsletter&utm_medium=email", "newsletter", "Email"),
        ("utm_source=Newsletter", "Newsletter", "Email"),
        ("utm_source=google&utm_medium=cpc", "Google", "Paid Search"),
        ("utm_source=bing&utm_medium=ppc", "Bing", "Paid Search"),
        ("utm_source=google&utm_medium=organic", "Google", "Organic Search"),
        ("utm_source=fb&utm_medium=paid_social", "Facebook", "Paid Social"),
        ("utm_source=ig&utm_medium=social", "Instagram", "Organic Social"),
        ("utm_source=acme&utm_medium=social-media", "acme", "Organic Social"),
        ("utm_source=youtube&utm_medium=cpv", "YouTube", "Paid Video"),
        ("utm_source=youtube&utm_medium=cpc", "YouTube", "Paid Video"),
        ("utm_source=amazon&utm_medium=cpc", "Amazon", "Paid Shopping"),
        ("utm_source=acme&utm_medium=cpc&utm_campaign=spring-shopping", "acme", "Paid Shopping"),
        ("utm_source=acme&utm_campaign=spring-shopping", "acme", "Organic Shopping"),
        ("utm_source=acme&utm_medium=cpc&utm_campaign=eshop", "acme", "Paid Shopping"),
        ("utm_source=acme&utm_medium=cpc&utm_campaign=workshop", "acme", "Paid Other"),
        ("utm_source=google&utm_medium=cpc&utm_campaign=Cross-Network", "Google", "Cross-network"),
        ("utm_source=acme&utm_medium=banner", "acme", "Display"),
        ("utm_source=google&utm_medium=display", "Google", "Display"),
        ("utm_source=acme&utm_medium=retargeting", "acme", "Paid Other"),
        ("utm_source=acme&utm_medium=video", "acme", "Organic Video"),
        ("utm_source=acme&utm_medium=affiliate", "acme", "Affiliates"),
        ("utm_source=acme&utm_medium=referral", "acme", "Referral"),
        ("utm_source=acme&utm_medium=audio", "acme", "Audio"),
        ("utm_source=sms", "sms", "SMS"),
        ("utm_source=acme&utm_medium=sms", "acme", "SMS"),
        ("utm_source=acme&utm_medium=web-push", "acme", "Mobile Push Notifications"),
        ("utm_source=firebase", "firebase", "Mobile Push Notifications"),
        ("utm_source=chatgpt.com", "ChatGPT", "AI"),
        ("utm_source=www.perplexity.ai", "Perplexity", "AI"),
        ("utm_source=acme", "acme", "Referral"),
        ("utm_campaign=summer", None, "Direct"),
        ("utm_medium=email", None, "Email"),
        ("ref=producthunt", "Product Hunt", "Organic Social"),
        ("gclid=1", "Google", "Paid Search"),
        ("dclid=1", "Google", "Display"),
        ("msclkid=1", "Bing", "Paid Search"),
        ("ttclid=1", "TikTok", "Paid Social"),
        ("fbclid=1", "Facebook", "Organic Social"),
        ("utm_source=google&gclid=1", "Google", "Paid Search"),
    ],
)
def test_campaigns(query: str, name: str | None, channel: str) -> None:
    found = source("?" + query)
    assert (found.source, found.channel, found.referrer_host) == (name, channel, None)


def test_the_campaign_goes_before_the_referrer_which_is_kept() -> None:
    found = source("?utm_source=newsletter&utm_medium=email", "https://www.google.com/")
    assert (found.source, found.channel, found.referrer_host) == ("newsletter", "Email", "google.com")
    assert found.referrer == "https://www.google.com/"


def test_a_paid_click_makes_the_referrer_paid() -> None:
    assert source("?gclid=1", "https://www.google.com/").channel is Channel.PAID_SEARCH
    assert source("?fbclid=1", "https://l.facebook.com/").channel is Channel.ORGANIC_SOCIAL
    assert source("?gclid=1", "https://news.example.net/").channel is Channel.PAID_OTHER


def test_a_campaign_on_an_own_link_counts_but_not_the_own_page() -> None:
    found = source("?utm_source=banner&utm_medium=banner", "https://example.com/")
    assert (found.channel, found.referrer_host, found.referrer) == (Channel.DISPLAY, None, None)


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=10)).map(tuple))
def test_anything_is_classified(page: str, referrer: str, own: tuple[str, ...]) -> None:
    found = classify(parse("https://a.example/?" + page), "https://" + referrer, own)
    assert found.channel in Channel
