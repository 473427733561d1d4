from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.ingest.test_scrub_token import TOKENS
from tracker.ingest.scrub import url

CLEANED = [
    ("https://x.example/?password=hunter2", "https://x.example/?password=[removed]"),
    ("https://x.example/a?b=1&token=abc&c=2#d", "https://x.example/a?b=1&token=[removed]&c=2#d"),
    ("https://x.example/?access_token=a,b;c", "https://x.example/?access_token=[removed]"),
    ("https://x.example/?user%5Bpassword%5D=a", "https://x.example/?user%5Bpassword%5D=[removed]"),
    ("https://x.example/?user%255Bpassword%255D=a", "https://x.example/?user%255Bpassword%255D=[removed]"),
    ("https://x.example/?p%61ssword=a", "https://x.example/?p%61ssword=[removed]"),
    ("https://x.example/#access_token=abc&token_type=bearer",
     "https://x.example/#access_token=[removed]&token_type=bearer"),
    ("https://x.example/#/login?token=abc", "https://x.example/#/login?token=[removed]"),
    ("https://ann:hunter2@x.example/a", "https://[removed]@x.example/a"),
    ("https://a8F3kQ9zL2mN7pR4@x.example/a", "https://[removed]@x.example/a"),
    ("//ann:hunter2@x.example/a", "//[removed]@x.example/a"),
    ("/login?pwd=a", "/login?pwd=[removed]"),
    ("?pwd=abc", "?pwd=[removed]"),
    ("https://x.example/a;jsessionid=ABC?b=1", "https://x.example/a;jsessionid=[removed]?b=1"),
    ("https://x.example/reset/a8F3kQ9zL2mN7pR4", "https://x.example/reset/[removed]"),
    ("https://x.example/password-reset/MQ/bx2k4f-5b1d7a99c0f1e2d3/",
     "https://x.example/password-reset/MQ/[removed]/"),
    ("https://x.example/token/abc123", "https://x.example/token/[removed]"),
    ("https://x.example/invite/550e8400-e29b-41d4-a716-446655440000", "https://x.example/invite/[removed]"),
    ("https://x.example/pay/4111111111111111/done", "https://x.example/pay/[removed]/done"),
    ("https://x.example/?q=4111+1111+1111+1111", "https://x.example/?q=[removed]"),
    ("https://x.example/?q=4111%201111%201111%201111", "https://x.example/?q=[removed]"),
    ("https://x.example/?q=%34%31%31%31111111111111", "https://x.example/?q=[removed]"),
    ("https://x.example/?q=4111%252D1111%252D1111%252D1111", "https://x.example/?q=[removed]"),
    ("https://x.example/?4111111111111111", "https://x.example/?[removed]"),
    ("https://x.example/?4111111111111111=a", "https://x.example/?[removed]=a"),
    ("https://x.example/?next=%2Fa%3Ftoken%3Dabc", "https://x.example/?next=/a?token=[removed]"),
    ("https://x.example/?next=https%3A%2F%2Fy.example%2F%3Ftoken%3Dabc%26a%3D1",
     "https://x.example/?next=https://y.example/?token=[removed]%26a=1"),
    ("https://x.example/?d=%7B%22password%22%3A%22a%22%7D",
     "https://x.example/?d=%7B%22password%22:%22[removed]%22%7D"),
    ("https://x.example/?d=eyJwYXNzd29yZCI6Imh1bnRlcjIifQ%3D%3D", "https://x.example/?d=[removed]"),
    ("https://x.example/?m=my+password+is+hunter2", "https://x.example/?m=my%20password%20is%20[removed]"),
    ("https://x.example/cb?code=abc&state=xyz", "https://x.example/cb?code=[removed]&state=xyz"),
    ("https://x.example/f?X-Amz-Signature=5f2b9c1e8a7d4036b1c2&b=1",
     "https://x.example/f?X-Amz-Signature=[removed]&b=1"),
    ("https://x.example/?key=a8F3kQ9zL2mN7pR4", "https://x.example/?key=[removed]"),
    ("app://localhost/?token=abc", "app://localhost/?token=[removed]"),
    ("https://x.example/?a=1;token=abc", "https://x.example/?a=1;token=[removed]"),
    ("https://x.example/?phone=4111111111111111", "https://x.example/?phone=[removed]"),
]  # fmt: skip

HARMLESS = [
    "",
    "/",
    "https://x.example",
    "https://x.example/a/b?c=d&e=f#g",
    "https://x.example/?utm_source=news&utm_medium=email&gclid=EAIaIQobChMI",
    "https://x.example/?code=SAVE10",
    "https://x.example/?key=summer-sale-2024",
    "https://x.example/?id=5&page=2&sort=price",
    "https://x.example/?tokens=5#top",
    "https://x.example/?token_type=bearer&pinned=1",
    "https://x.example/?q=caf%C3%A9+au+lait%20%26%20more",
    "https://x.example/?q=100%25",
    "https://x.example/reset-password",
    "https://x.example/password/forgot",
    "https://x.example/login/step2",
    "https://x.example/tokens/overview",
    "https://x.example/blog/how-to-choose-a-good-password-in-2024",
    "https://x.example/order/550e8400-e29b-41d4-a716-446655440000",
    "https://x.example/p/9780306406157",
    "https://x.example:8443/a",
    "https://git@x.example/a",
    "https://medium.com/@ann/story",
    "https://[::1]:8000/a",
    "https://x.example/#/settings/profile",
    "https://x.example/?a[]=1&a[]=2",
    "https://x.example/?from=2024-01-15&to=2024-02-15&t=1700000000000",
    "https://x.example/?phone=%2B4915112345674",
    "https://bücher.example/ä?ö=ü",
    "not a url at all",
    "%%%",
    "a?b?c=d&=e&&",
    "\ud800",
]


@pytest.mark.parametrize(("dirty", "clean"), CLEANED)
def test_secrets_in_links(dirty: str, clean: str) -> None:
    assert url(dirty) == clean
    assert url(clean) == clean


@pytest.mark.parametrize("harmless", HARMLESS)
def test_harmless_links_come_back_themselves(harmless: str) -> None:
    assert url(harmless) is harmless
    assert url(harmless) is harmless, "also when it is remembered"


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "link",
    [
        "https://x.example/{}",
        "https://x.example/a?b={}&c=d",
        "https://x.example/a#{}",
        "https://x.example/a?{}",
        "https://x.example/?next=https://y.example/?b={}",
    ],
)
def test_tokens_go_from_every_part(token: str, link: str) -> None:
    for encoded in (token, quote(token, safe=""), quote(quote(token, safe=""), safe="")):
        clean = url(link.format(encoded))
        assert "[removed]" in clean
        assert encoded not in clean
