"""Receipts of people who were erased or pseudonymised."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.extensions import Base


class Erasure(Base):
    """One erasure, or what else `kind` says. `marks` are keyed hashes (a JSON array): of whom nothing older
    is taken in again, or whose texts are pseudonymised, with the pseudonyms.

    `pending` names the person (JSON) until it is done, so that a server that was killed goes on with it.
    """

    __tablename__ = "erasures"
    __table_args__ = ({"sqlite_autoincrement": True},)  # receipts name the id

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(Integer, index=True)
    kind: Mapped[str] = mapped_column(Text, default="erased", server_default="erased")
    at: Mapped[int] = mapped_column(Integer)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    marks: Mapped[str] = mapped_column(Text)
    pending: Mapped[str | None] = mapped_column(Text)
    events: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[int | None] = mapped_column(Integer)
