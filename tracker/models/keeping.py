"""How long sites keep what, and how far letting go has come."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.extensions import Base


class KeepingRow(Base):
    """One site's numbers of days; NULL is for ever. `names` is JSON: days by event name.

    Nothing goes before `begun_at`. `closed` is the moment before which events are refused, `run_at` when it
    was last looked through, `doing` (JSON) what is being done now. `archive`: events are written to files
    before they go. Times in epoch ms.
    """

    __tablename__ = "keeping"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    details: Mapped[int | None] = mapped_column(Integer)
    errors: Mapped[int | None] = mapped_column(Integer)
    names: Mapped[str] = mapped_column(Text, default="{}")
    begun_at: Mapped[int | None] = mapped_column(Integer)
    closed: Mapped[int | None] = mapped_column(Integer)
    run_at: Mapped[int | None] = mapped_column(Integer)
    doing: Mapped[str | None] = mapped_column(Text)
    archive: Mapped[bool] = mapped_column(Boolean, default=False)
