"""The channel *e-mail*: plain text through the mail server of the settings."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from tracker.config import Settings
from tracker.errors import Invalid
from tracker.notify.channel import SECONDS, NotSent
from tracker.notify.message import Message

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
LOCAL = ("localhost", "127.0.0.1", "::1")


class Email:
    """Mail to one address."""

    kind = "email"
    signs = False

    def check(self, settings: Settings, target: str) -> str:
        """One address, as typed. Raises Invalid."""
        if not _ADDRESS.fullmatch(target):
            raise Invalid("This is not one e-mail address, such as ops@example.org.", field="target")
        return target

    def send(
        self, settings: Settings, target: str, secret: str | None, message: Message, now_ms: int
    ) -> None:
        """Hand it to the mail server. Raises NotSent with what that said."""
        if not settings.smtp_host:
            raise NotSent("No mail server is set (DESIREPATH_SMTP_HOST).")
        if settings.smtp_user and settings.smtp_security == "none" and settings.smtp_host not in LOCAL:
            raise NotSent("The password would go unencrypted: set DESIREPATH_SMTP_SECURITY.")
        mail = written(settings, target, message, now_ms)
        try:
            with _connected(settings) as server:
                if settings.smtp_user:
                    server.login(settings.smtp_user, settings.smtp_password)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"The mail server did not take it: {_words(error)}.") from error


def written(settings: Settings, target: str, message: Message, now_ms: int) -> EmailMessage:
    """The mail. Its Message-ID is that of the message, so that a mail sent twice is one to mail programs."""
    sender = settings.smtp_from or f"desirepath@{socket.getfqdn()}"
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = target
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(datetime.fromtimestamp(now_ms / 1000, UTC))
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2] or 'desirepath'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail


def _connected(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=SECONDS)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:  # whatever it was, the connection must not stay open
            server.close()
            raise
    return server


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        error = smtplib.SMTPResponseException(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {' '.join(text.split())[:200]}".rstrip(".")
    return (str(error) or type(error).__name__)[:200].rstrip(".")
