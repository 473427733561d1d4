"""One-time links: they work once, for a while, and only their hash is kept."""

from __future__ import annotations

from sqlalchemy import delete, select

from tracker.accounts import audit, keys, members, users
from tracker.accounts.roles import Role, read_role
from tracker.errors import Invalid, NotFound
from tracker.extensions import db, writing
from tracker.models import OneTimeLink, User

HOUR_MS = 60 * 60 * 1000
LASTS_MS = {"setup": 24 * HOUR_MS, "invite": 7 * 24 * HOUR_MS, "reset": 24 * HOUR_MS}
GONE = "This link is not valid any more: it was used, has expired, or a newer one was made."


def make(
    purpose: str, now_ms: int, *, email: str | None = None, site_id: int | None = None,
    role: Role | None = None, by: User | None = None,
) -> str:  # fmt: skip
    """The token of a new link. A new `setup` or `reset` link ends the older ones."""
    token = keys.link_token()
    with writing() as session:
        if purpose in ("setup", "reset"):
            older = OneTimeLink.email.is_(None) if email is None else OneTimeLink.email == email
            session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == purpose, older))
        session.add(
            OneTimeLink(
                token_hash=keys.digest(token),
                purpose=purpose,
                email=email,
                site_id=site_id,
                role=role.word if role else None,
                created_by=by.id if by else None,
                expires_at=now_ms + LASTS_MS[purpose],
            )
        )
        audit.note(by, f"{purpose} link made", now_ms, site_id, email or "")
    return token


def find(token: str, purpose: str, now_ms: int) -> OneTimeLink:
    """The link of a token, while it works. Raises NotFound with what to do."""
    link = db.session.scalar(
        select(OneTimeLink).where(
            OneTimeLink.token_hash == keys.digest(token), OneTimeLink.purpose == purpose
        )
    )
    if link is None or link.used_at is not None or link.expires_at <= now_ms:
        raise NotFound(GONE)
    return link


def open_invites(site_id: int | None, now_ms: int) -> list[OneTimeLink]:
    """Invitations to a site (None: to own the server) that nobody has taken yet."""
    return list(
        db.session.scalars(
            select(OneTimeLink)
            .where(
                OneTimeLink.purpose == "invite",
                OneTimeLink.site_id == site_id,
                OneTimeLink.used_at.is_(None),
                OneTimeLink.expires_at > now_ms,
            )
            .order_by(OneTimeLink.id)
        )
    )


def withdraw(link_id: int, site_id: int | None, now_ms: int, by: User | None) -> None:
    """End an invitation to a site, or (None) to own the server. Raises NotFound."""
    with writing() as session:
        link = session.get(OneTimeLink, link_id)
        if link is None or link.purpose != "invite" or link.site_id != site_id or link.used_at is not None:
            raise NotFound("There is no such invitation.")
        session.delete(link)
        audit.note(by, "invitation withdrawn", now_ms, site_id)


def take_setup(token: str, email: str, password: str, name: str, now_ms: int) -> User:
    """Create the first owner. Raises NotFound, Invalid or Conflict; the link is then still good."""
    with writing():
        _spend(token, "setup", now_ms)
        if users.has_owner():
            raise NotFound(GONE)
        return users.create(email, password, now_ms, name=name, owner=True)


def take_invite(token: str, user: User, now_ms: int) -> None:
    """Give somebody what the invitation promises. A role they hold already is never lowered."""
    with writing():
        link = _spend(token, "invite", now_ms)
        role, site_id = read_role(link.role or ""), link.site_id
        if role is Role.OWNER:
            users.make_owner(user, now_ms)
        elif role is not None and site_id is not None and not user.is_owner:
            held = members.role_of(user, site_id)
            members.grant(user.id, site_id, max(role, held or role), now_ms, None)


def join(token: str, email: str, password: str, name: str, now_ms: int) -> User:
    """Take an invitation with a new account, or with the one that has this address and password.

    Raises NotFound, Invalid or Conflict; nothing is changed then and the link is still good.
    """
    with writing():
        if users.by_email(email) is None:
            user = users.create(email, password, now_ms, name=name)
        else:
            known = users.sign_in(email, password, now_ms)
            if known is None:
                raise Invalid("You have an account already: sign in with its password.", field="password")
            user = known
        take_invite(token, user, now_ms)
        return user


def take_reset(token: str, password: str, now_ms: int) -> User:
    """Set a new password by link. Raises NotFound, or Invalid; the link is then still good."""
    with writing():
        link = _spend(token, "reset", now_ms)
        return users.change_password(users.need(link.email or ""), password, now_ms)


def _spend(token: str, purpose: str, now_ms: int) -> OneTimeLink:
    """Mark a link used, inside a transaction that undoes it if what follows fails."""
    link = find(token, purpose, now_ms)
    link.used_at = now_ms
    return link
