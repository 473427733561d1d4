"""People who sign in."""

from __future__ import annotations

from sqlalchemy import Boolean, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.extensions import Base


class User(Base):
    """An account. Times are epoch milliseconds."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    email: Mapped[str] = mapped_column(Text(collation="NOCASE"), unique=True)
    name: Mapped[str] = mapped_column(Text, default="")
    password_hash: Mapped[str] = mapped_column(Text)
    is_owner: Mapped[bool] = mapped_column(Boolean, default=False)
    session_version: Mapped[int] = mapped_column(Integer, default=1)
    """Raised to end every sign-in elsewhere."""
    created_at: Mapped[int] = mapped_column(Integer)
    last_login_at: Mapped[int | None] = mapped_column(Integer)
