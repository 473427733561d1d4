"""Every setting in one table: name, type, default, help. Read once at start, checked, then frozen."""

from __future__ import annotations

import ipaddress
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

SIZES = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
PREFIX = "DESIREPATH_"


class SettingError(ValueError):
    """A setting that cannot work; the message names it and says what would."""


def _flag(text: str) -> bool:
    value = text.strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("must be 1 or 0")


def _path(text: str) -> Path:
    if not text.strip():
        raise ValueError("must name a directory or file")
    return Path(text).expanduser().resolve()


def _optional_path(text: str) -> Path | None:
    return _path(text) if text.strip() else None


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise ValueError("must be a whole number") from None
        if not low <= value <= high:
            raise ValueError(f"must be between {low} and {high}")
        return value

    return read


def _bytes(text: str) -> int:
    number, unit = text.strip().upper().removesuffix("B").rstrip(), 1
    if not number:
        return 0
    if number[-1] in SIZES:
        number, unit = number[:-1].rstrip(), SIZES[number[-1]]
    try:
        size = float(number) * unit
    except ValueError:
        raise ValueError("must be a size such as 5 GB or 800 MB") from None
    if not 10_000_000 <= size < 1e18:
        raise ValueError("must be at least 10 MB")
    return round(size)


def _bind(text: str) -> str:
    if text.startswith("unix:") and len(text) > len("unix:"):
        return text
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("must look like 127.0.0.1:8000, [::]:8000 or unix:/path/to/socket")
    return text


def _networks(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    for part in parts:
        try:
            ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise ValueError(
                f"'{part}' is no address or network such as 10.0.0.0/8; separate several by commas"
            ) from None
    return parts


def _zone(text: str) -> str:
    # Finding all names reads hundreds of files, which the default needs not wait for.
    if text != "UTC" and text not in zoneinfo.available_timezones():
        raise ValueError("must be a time zone name such as Europe/Berlin or UTC")
    return text


def _public_url(text: str) -> str:
    url = text.strip().rstrip("/")
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("must start with https:// or http://")
    return url


def _log_level(text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be debug, info, warning or error")
    return text.lower()


def _log_format(text: str) -> str:
    if text.lower() not in {"json", "text"}:
        raise ValueError("must be json or text")
    return text.lower()


def _smtp_security(text: str) -> str:
    if text.lower() not in {"starttls", "tls", "none"}:
        raise ValueError("must be starttls, tls or none")
    return text.lower()


def _setting(default: str, read: Callable[[str], Any], help_text: str, *, secret: bool = False) -> Any:
    return field(metadata={"default": default, "read": read, "help": help_text, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, checked. `Settings.read(os.environ)` makes one."""

    data: Path = _setting(
        "instance", _path, "Directory that holds everything: ledger, accounts, column store, keys."
    )
    bind: str = _setting("127.0.0.1:8000", _bind, "Address and port, or unix socket, to serve on.")
    public_url: str = _setting(
        "",
        _public_url,
        "The address people reach this server at, such as https://stats.example.org. "
        "Snippets and links are built from it; empty means the address it binds to.",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        "",
        _networks,
        "Addresses or networks of your reverse proxies, separated by commas. Only they are believed "
        "when they name the visitor's address (X-Forwarded-For).",
    )
    time_zone: str = _setting("UTC", _zone, "Time zone of new sites when none is chosen.")
    ratelimit_enabled: bool = _setting(
        "1", _flag, "Whether events, sign-ins and API calls are rate limited at all."
    )
    address_rate: int = _setting(
        "3000",
        _whole(1, 10_000_000),
        "Events a minute accepted from one address under public keys.",
    )
    queue_events: int = _setting(
        "50000",
        _whole(500, 5_000_000),
        "Events that may wait for the disk before senders are told to come back (503).",
    )
    queue_mb: int = _setting(
        "64", _whole(1, 4096), "Megabytes of events that may wait for the disk before a 503."
    )
    body_timeout: int = _setting(
        "15", _whole(1, 600), "Seconds a client may take to send the body of one request."
    )
    connections: int = _setting(
        "2000", _whole(16, 100_000), "Connections kept open at once; more wait in the backlog."
    )
    threads: int = _setting("8", _whole(1, 64), "Threads that render pages and answer the API.")
    live_streams: int = _setting(
        "200", _whole(1, 10_000), "Live feeds that may be open at once; more fall back to polling."
    )
    ledger_cache_mb: int = _setting(
        "32", _whole(1, 16_384), "Memory for the ledger writer's page cache, in megabytes."
    )
    columns_memory_mb: int = _setting(
        "384", _whole(64, 1_048_576), "Memory the column store may use for answering, in megabytes."
    )
    country_db: Path | None = _setting(
        "",
        _optional_path,
        "A MaxMind country or city file (.mmdb) to use instead of the open data that comes along.",
    )
    backup_dir: Path | None = _setting(
        "",
        _optional_path,
        "Where backups go; better another disk. Empty means backups/ in the data directory.",
    )
    backup_hours: int = _setting(
        "0", _whole(0, 8_760), "Hours from one backup to the next while serving. 0: only by command."
    )
    backup_keep: int = _setting("7", _whole(1, 10_000), "How many backups stay; older ones are removed.")
    backup_command: str = _setting(
        "",
        str.strip,
        "A command run after each scheduled backup, its path as last argument, to carry it elsewhere.",
    )
    smtp_host: str = _setting("", str.strip, "The mail server that alerts go through; empty sends none.")
    smtp_port: int = _setting("587", _whole(1, 65_535), "The mail server's port.")
    smtp_security: str = _setting(
        "starttls", _smtp_security, "How mail is encrypted: starttls, tls (from the first byte) or none."
    )
    smtp_user: str = _setting("", str.strip, "The name to sign in with at the mail server; empty: none.")
    smtp_password: str = _setting("", str, "The password that goes with it.", secret=True)
    smtp_from: str = _setting(
        "", str.strip, "The address mail comes from. Empty means desirepath@ and the name of this machine."
    )
    webhook_networks: tuple[str, ...] = _setting(
        "",
        _networks,
        "Networks of your own, separated by commas, that outgoing webhooks may reach (over http, too), such "
        "as 127.0.0.0/8. Otherwise they go to public addresses over https only.",
    )
    disk_budget: int = _setting(
        "",
        _bytes,
        "How much room the data may take, such as 5 GB. Where it is used up the oldest details go first, on "
        "sites that let old ones go. Empty: as much as there is.",
    )
    session_days: int = _setting("30", _whole(1, 365), "Days a sign-in lasts without a visit.")
    secure_cookies: bool = _setting(
        "0", _flag, "Send session cookies over https only. On when the public URL is https."
    )
    log_level: str = _setting("info", _log_level, "Least severe message that is logged.")
    log_format: str = _setting("json", _log_format, "Log lines as json or as plain text.")
    metrics_public: bool = _setting(
        "0", _flag, "Whether /metrics answers without a sign-in to addresses other than loopback."
    )

    @classmethod
    def read(cls, environ: Mapping[str, str], **given: str) -> Settings:
        """Read all settings. `given` (from the command line) wins over the environment.

        Raises SettingError with one sentence for the first value that cannot work.
        """
        values = {}
        for item in fields(cls):
            text = given.get(item.name, environ.get(env_name(item.name), item.metadata["default"]))
            try:
                values[item.name] = item.metadata["read"](text)
            except ValueError as error:
                raise SettingError(f"{env_name(item.name)}={text!r}: {error}.") from error
        return cls(**values)

    @property
    def ledger_path(self) -> Path:
        """The SQLite file with every event."""
        return self.data / "ledger.db"

    @property
    def columns_path(self) -> Path:
        """The DuckDB file that questions are answered from; derived, can be deleted."""
        return self.data / "columns.duckdb"

    @property
    def meta_path(self) -> Path:
        """The SQLite file with accounts, sites and keys."""
        return self.data / "desirepath.db"

    @property
    def backup_path(self) -> Path:
        """The directory of backups."""
        return self.backup_dir or self.data / "backups"

    @property
    def address(self) -> str:
        """Where people reach this server, as far as the settings tell."""
        return self.public_url or f"http://{self.bind}"

    @property
    def https(self) -> bool:
        """Whether browsers reach this server over https."""
        return self.secure_cookies or self.public_url.startswith("https://")


def env_name(name: str) -> str:
    """The environment variable of a setting: `data` → `DESIREPATH_DATA`."""
    return PREFIX + name.upper()


def table() -> list[tuple[str, str, str]]:
    """(environment name, default, help) of every setting, for `desirepath settings` and the docs."""
    return [
        (env_name(item.name), item.metadata["default"], item.metadata["help"]) for item in fields(Settings)
    ]


def secret_names() -> frozenset[str]:
    """Environment names of settings that are not shown."""
    return frozenset(env_name(item.name) for item in fields(Settings) if item.metadata["secret"])


def unknown(environ: Mapping[str, str]) -> list[str]:
    """`DESIREPATH_*` names that are no settings.

    Worth a warning, not a refusal: container platforms add such names by themselves.
    """
    known = {env_name(item.name) for item in fields(Settings)}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
