"""Where a site's alerts go, and which went."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.extensions import Base


class AlertChannel(Base):
    """One way a site is told. `secret` signs what goes to it, for kinds that sign; kept readable for that.

    `stuck`: whether payments that are stuck are told. `report`: day, week or month, None for no reports;
    those due since `report_since` (epoch ms) are told.
    """

    __tablename__ = "alert_channels"
    __table_args__ = (UniqueConstraint("site_id", "kind", "target"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    secret: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[int] = mapped_column(Integer)
    stuck: Mapped[bool] = mapped_column(Boolean, default=True)
    report: Mapped[str | None] = mapped_column(Text)
    report_since: Mapped[int | None] = mapped_column(Integer)


class AlertDelivery(Base):
    """One thing told through one channel, once: `subject` is what it is about, such as a payment's reference.

    `next_at` is when it is tried (again), None once it is over: sent, settled by itself, or given up.
    """

    __tablename__ = "alert_deliveries"
    __table_args__ = (UniqueConstraint("channel_id", "alert", "subject"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("alert_channels.id", ondelete="CASCADE"))
    alert: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    made_at: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[int | None] = mapped_column(Integer, index=True)
    state: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[int | None] = mapped_column(Integer)
    problem: Mapped[str | None] = mapped_column(Text)
