"""Secrets that payment providers sign their webhooks with."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.extensions import Base


class WebhookSecret(Base):
    """A site's secret of one provider. Kept readable: signatures are checked with it."""

    __tablename__ = "webhook_secrets"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[int] = mapped_column(Integer)
    previous_secret: Mapped[str | None] = mapped_column(Text)
    previous_secret_until: Mapped[int | None] = mapped_column(Integer)
