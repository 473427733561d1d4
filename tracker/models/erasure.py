"""Receipts of people who were erased."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.extensions import Base


class Erasure(Base):
    """One erasure. `marks` are keyed hashes (a JSON array) against taking the person in again.

    `pending` names the person (JSON) until it is done, so that a server that was killed goes on with it.
    """

    __tablename__ = "erasures"
    __table_args__ = ({"sqlite_autoincrement": True},)  # receipts name the id

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(Integer, index=True)
    at: Mapped[int] = mapped_column(Integer)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    marks: Mapped[str] = mapped_column(Text)
    pending: Mapped[str | None] = mapped_column(Text)
    events: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[int | None] = mapped_column(Integer)
