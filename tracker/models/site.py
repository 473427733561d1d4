"""Sites, their domains and their keys."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.extensions import Base


class SiteRow(Base):
    """A site. Secret keys are kept as hashes; token secrets must be read back to check signatures."""

    __tablename__ = "sites"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an id is never used twice: events name it

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text, unique=True)
    secret_key_hash: Mapped[str] = mapped_column(Text, unique=True)
    previous_secret_key_hash: Mapped[str | None] = mapped_column(Text)
    previous_secret_key_until: Mapped[int | None] = mapped_column(Integer)
    token_secret: Mapped[str] = mapped_column(Text)
    previous_token_secret: Mapped[str | None] = mapped_column(Text)
    previous_token_secret_until: Mapped[int | None] = mapped_column(Integer)
    identity: Mapped[str] = mapped_column(Text, default="consent")
    honour_dnt: Mapped[bool] = mapped_column(Boolean, default=True)
    track_anonymous: Mapped[bool] = mapped_column(Boolean, default=True)
    collect_ip: Mapped[bool] = mapped_column(Boolean, default=False)
    collect_user_agent: Mapped[bool] = mapped_column(Boolean, default=False)
    strict_types: Mapped[bool] = mapped_column(Boolean, default=False)
    privacy_page: Mapped[bool] = mapped_column(Boolean, default=False)
    privacy_contact: Mapped[str] = mapped_column(Text, default="")
    visitor_rate: Mapped[int] = mapped_column(Integer, default=100)
    created_at: Mapped[int] = mapped_column(Integer)
    domains: Mapped[list[SiteDomain]] = relationship(
        cascade="all, delete-orphan", order_by="SiteDomain.id", lazy="selectin"
    )


class SiteDomain(Base):
    """A host name whose pages may send with the site's public key."""

    __tablename__ = "site_domains"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), index=True)
    domain: Mapped[str] = mapped_column(Text)
