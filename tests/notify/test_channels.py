"""E-mail and webhooks, to real receivers on this machine; and where webhooks may not go."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import NOW
from tests.notify.receivers import mail_server, receiver
from tracker.config import Settings
from tracker.errors import Invalid
from tracker.notify.address import is_public, read
from tracker.notify.channel import NotSent
from tracker.notify.email import Email
from tracker.notify.message import Message
from tracker.notify.webhook import Webhook

MESSAGE = Message("alert-1", "Two\npayments", "Straße 1\n.\nend", {"type": "t"})
LOCAL = {"webhook_networks": "127.0.0.0/8"}


def given(**settings: str) -> Settings:
    return Settings.read({}, **settings)


def test_mail_arrives_whole() -> None:
    with mail_server() as server:
        settings = given(
            smtp_host="127.0.0.1", smtp_port=str(server.port), smtp_security="none",
            smtp_from="stats@shop.example", smtp_user="u", smtp_password="p",
        )  # fmt: skip
        Email().send(settings, "ops@example.org", None, MESSAGE, NOW)
    (mail,) = server.mails
    assert "<stats@shop.example>" in mail.sender and mail.to == ["TO:<ops@example.org>"]
    assert mail.message["Subject"] == "Two payments", "no way to add headers"
    assert mail.message["Message-ID"] == "<alert-1@shop.example>"
    assert mail.message.get_content().split() == MESSAGE.text.split()  # type: ignore[attr-defined]
    assert len(server.signed_in) == 1


def test_what_a_mail_server_refuses_is_told() -> None:
    with mail_server() as server:
        server.recipient_answer = "550 no such user here."
        settings = given(smtp_host="127.0.0.1", smtp_port=str(server.port), smtp_security="none")
        with pytest.raises(NotSent, match="550 no such user here"):
            Email().send(settings, "ops@example.org", None, MESSAGE, NOW)
    with pytest.raises(NotSent, match="did not take it"):
        Email().send(settings, "ops@example.org", None, MESSAGE, NOW)  # nobody listens any more
    with pytest.raises(NotSent, match="DESIREPATH_SMTP_HOST"):
        Email().send(given(), "ops@example.org", None, MESSAGE, NOW)


def test_mail_that_should_be_encrypted_never_goes_in_the_open() -> None:
    with mail_server() as server:
        settings = given(smtp_host="127.0.0.1", smtp_port=str(server.port))
        with pytest.raises(NotSent, match="STARTTLS"):
            Email().send(settings, "ops@example.org", None, MESSAGE, NOW)
    assert server.mails == []
    with pytest.raises(NotSent, match="DESIREPATH_SMTP_SECURITY"):
        Email().send(
            given(smtp_host="mail.invalid", smtp_security="none", smtp_user="u"),
            "a@b.example",
            None,
            MESSAGE,
            NOW,
        )


@pytest.mark.parametrize(
    "text", ["", "ada", "a@b, c@d", "a@b\nBcc: x@y", "Ada <a@b.example>", "a b@c.example"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Email().check(given(), text)
    assert refused.value.field == "target"


def test_a_webhook_is_signed() -> None:
    with receiver() as far:
        Webhook().send(given(**LOCAL), far.url, "ws_secret", MESSAGE, NOW)
    ((path, headers, body),) = far.calls
    assert path == "/hook?a=1" and json.loads(body) == {"id": "alert-1", "type": "t"}
    stamp, _, mark = headers["Desirepath-Signature"].partition(",v1=")
    assert stamp == f"t={NOW // 1000}"
    signed = f"{NOW // 1000}.".encode() + body
    assert mark == hmac.new(b"ws_secret", signed, hashlib.sha256).hexdigest()
    assert headers["Host"].startswith("localhost:")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_only_a_2xx_is_taken_for_an_answer_and_redirects_are_not_followed(status: int) -> None:
    with receiver() as far:
        far.status = status
        with pytest.raises(NotSent, match=f"status {status}"):
            Webhook().send(given(**LOCAL), far.url, "s", MESSAGE, NOW)
        assert len(far.calls) == 1
    with pytest.raises(NotSent, match="could not be reached"):
        Webhook().send(given(**LOCAL), far.url, "s", MESSAGE, NOW)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://127.0.0.1/", "not public"),
        ("https://localhost/x", "not public"),
        ("http://[::1]:8000/", "not public"),
        ("https://169.254.169.254/latest/meta-data", "not public"),
        ("https://10.1.2.3/", "not public"),
        ("https://[::ffff:10.0.0.1]/", "not public"),
        ("https://0.0.0.0/", "not public"),
        ("https://2130706433/", "not public"),
        ("https://nobody.invalid/", "cannot be found"),
        ("http://8.8.8.8/", "need https"),
        ("ftp://example.org/", "not an address"),
        ("https:///path", "not an address"),
        ("https://example.org:port/", "not an address"),
        ("https://exa mple.org/", "not an address"),
        ("https://example.org/\r\nHost: other", "not an address"),
        ("https://ada:secret@example.org/", "Names and passwords"),
        ("", "not an address"),
    ],
)
def test_where_webhooks_do_not_go(url: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        Webhook().check(given(), url)
    assert refused.value.field == "target"
    with pytest.raises(NotSent, match=words):
        Webhook().send(given(), url, "s", MESSAGE, NOW)


def test_what_the_settings_allow_may_be_reached() -> None:
    assert Webhook().check(given(**LOCAL), "http://127.0.0.1:9/x") == "http://127.0.0.1:9/x"
    with pytest.raises(Invalid):
        Webhook().check(given(webhook_networks="10.0.0.0/8"), "http://127.0.0.1:9/x")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True),
        ("100.64.0.1", False), ("192.168.0.1", False), ("224.0.0.1", False), ("240.0.0.1", False),
        ("fe80::1", False), ("fd00::1", False), ("64:ff9b::a00:1", False), ("2002:a00:1::", False),
        ("::ffff:8.8.8.8", False), ("ff02::1", False), ("fec0::1", False),
    ],
)  # fmt: skip
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


def test_a_name_is_resolved_once_so_it_cannot_point_elsewhere_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time reaches nobody."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        return real("127.0.0.1", *rest, **more)  # type: ignore[arg-type]

    with receiver() as far:
        url = far.url.replace("localhost", "rebinding.example")
        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        Webhook().send(given(**LOCAL), url, "s", MESSAGE, NOW)
    assert asked.count("rebinding.example") == 1
    assert far.calls[0][1]["Host"].startswith("rebinding.example:")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `localhost` that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_certificates_are_checked_against_the_name(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with receiver(context) as far:
        send: Callable[[str], None] = lambda url: Webhook().send(given(**LOCAL), url, "s", MESSAGE, NOW)  # noqa: E731
        with pytest.raises(NotSent, match="could not be reached"):
            send(far.url)  # nobody vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send(far.url)
        with pytest.raises(NotSent, match="could not be reached"):
            send(far.url.replace("localhost", "127.0.0.1"))
    assert len(far.calls) == 1


def test_parts_of_an_address() -> None:
    place = read("https://example.org?x=1#part")
    assert (place.host, place.port, place.path) == ("example.org", 443, "/?x=1")
