"""What people define for a site: segments, goals, funnels, features."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.extensions import Base


class DefinitionRow(Base):
    """One definition as JSON. Names count once for a site and kind, whatever their case."""

    __tablename__ = "definitions"
    __table_args__ = (
        UniqueConstraint("site_id", "kind", "name"),
        {"sqlite_autoincrement": True},  # links and addresses name the id, so it is never used twice
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text(collation="NOCASE"))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[int] = mapped_column(Integer)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
