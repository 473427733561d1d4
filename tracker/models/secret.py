"""Secrets the server makes for itself."""

from __future__ import annotations

from sqlalchemy import Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.extensions import Base


class AppSecret(Base):
    """A secret by name, such as the key that signs session cookies."""

    __tablename__ = "app_secrets"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


class DailySalt(Base):
    """The random salt of one UTC day (days since 1970), for visitor hashes. Older ones are destroyed."""

    __tablename__ = "daily_salts"

    day: Mapped[int] = mapped_column(Integer, primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)
