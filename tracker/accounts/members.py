"""Who may do what on which site."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from tracker.accounts import audit
from tracker.accounts.roles import Role, read_role
from tracker.errors import Invalid, NotFound
from tracker.extensions import db, writing
from tracker.models import Membership, OneTimeLink, User


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role on a site."""

    user: User
    role: Role


def role_of(user: User, site_id: int) -> Role | None:
    """What somebody may do on a site, None when they may not know of it."""
    if user.is_owner:
        return Role.OWNER
    word = db.session.scalar(
        select(Membership.role).where(Membership.user_id == user.id, Membership.site_id == site_id)
    )
    return read_role(word) if word else None


def of_site(site_id: int) -> list[Member]:
    """Everybody who may see a site: owners first, then by address."""
    owners = db.session.scalars(select(User).where(User.is_owner).order_by(User.email))
    rows = db.session.execute(
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.site_id == site_id, ~User.is_owner)
        .order_by(User.email)
    )
    others = [Member(user, read_role(word) or Role.VIEWER) for user, word in rows]
    return [*(Member(user, Role.OWNER) for user in owners), *others]


def site_counts() -> dict[int, int]:
    """{account id: number of sites it was let into}, without those that were let into none."""
    counted = select(Membership.user_id, func.count()).group_by(Membership.user_id)
    return dict(db.session.execute(counted).all())


def grant(user_id: int, site_id: int, role: Role, now_ms: int, by: User | None) -> None:
    """Give somebody a role on a site, or change the one they have."""
    if role is Role.OWNER:
        raise Invalid("Owners own the whole instance, not one site.", field="role")
    with writing() as session:
        known = session.get(Membership, (user_id, site_id))
        if known is None:
            session.add(Membership(user_id=user_id, site_id=site_id, role=role.word, created_at=now_ms))
        else:
            known.role = role.word
            if role < Role.ADMIN:
                _end_invitations(user_id, site_id)
        audit.note(by, f"made {role.word}", now_ms, site_id, f"account {user_id}")


def remove(user_id: int, site_id: int, now_ms: int, by: User | None) -> None:
    """Take somebody's access to a site. Raises NotFound where they had none."""
    with writing() as session:
        known = session.get(Membership, (user_id, site_id))
        if known is None:
            raise NotFound("This person has no access of their own to this site.", field="user")
        session.delete(known)
        _end_invitations(user_id, site_id)
        audit.note(by, "access removed", now_ms, site_id, f"account {user_id}")


def _end_invitations(user_id: int, site_id: int) -> None:
    """Who may not invite any more must not come back by an invitation made before."""
    db.session.execute(
        delete(OneTimeLink).where(
            OneTimeLink.created_by == user_id, OneTimeLink.site_id == site_id, OneTimeLink.used_at.is_(None)
        )
    )
