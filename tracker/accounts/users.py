"""Accounts of people."""

from __future__ import annotations

import re

from sqlalchemy import delete, func, or_, select

from tracker.accounts import audit, passwords
from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import db, writing
from tracker.models import OneTimeLink, User

_EMAIL = re.compile(r"[^@\s<>\"']{1,64}@[^@\s<>\"']{1,190}")
MAX_NAME = 100


def read_email(text: str) -> str:
    """An address, trimmed. Raises Invalid (field `email`)."""
    email = text.strip()
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        raise Invalid("That is no e-mail address.", field="email")
    return email


def read_name(text: str) -> str:
    """A person's name, trimmed. Raises Invalid (field `name`)."""
    name = " ".join(text.split())
    if len(name) > MAX_NAME:
        raise Invalid(f"A name has at most {MAX_NAME} characters.", field="name")
    return name


def create(email: str, password: str, now_ms: int, *, name: str = "", owner: bool = False) -> User:
    """A new account. Raises Invalid, or Conflict where the address has one already."""
    email, kept = read_email(email), passwords.hashed(password, email)
    with writing() as session:
        if by_email(email) is not None:
            raise Conflict("There is an account with this e-mail address already.", field="email")
        user = User(
            email=email, name=read_name(name), password_hash=kept, is_owner=owner,
            session_version=1, created_at=now_ms,
        )  # fmt: skip
        session.add(user)
        session.flush()
        audit.note(user, "account created", now_ms)
    return user


def by_email(email: str) -> User | None:
    """The account with an address, whatever its case."""
    return db.session.scalar(select(User).where(User.email == email.strip()))


def by_id(user_id: int) -> User | None:
    """The account with a number."""
    return db.session.get(User, user_id)


def everybody() -> list[User]:
    """All accounts by address."""
    return list(db.session.scalars(select(User).order_by(func.lower(User.email))))


def has_owner() -> bool:
    """Whether anybody owns this instance yet."""
    return db.session.scalar(select(User.id).where(User.is_owner).limit(1)) is not None


def sign_in(email: str, password: str, now_ms: int) -> User | None:
    """The account, if the password is its own. Takes as long when there is no such account."""
    user = by_email(email)
    if not passwords.matches(password, user.password_hash if user else None) or user is None:
        return None
    with writing() as session:
        user = session.merge(user)
        user.last_login_at = now_ms
        if passwords.outdated(user.password_hash):
            user.password_hash = passwords.rehashed(password)
    return user


def rename(user: User, name: str) -> None:
    """Change what somebody is called."""
    name = read_name(name)
    with writing() as session:
        session.merge(user).name = name


def change_password(user: User, password: str, now_ms: int) -> User:
    """Set a new password and end every other sign-in."""
    kept = passwords.hashed(password, user.email)
    with writing() as session:
        user = session.merge(user)
        user.password_hash = kept
        user.session_version += 1
        audit.note(user, "password changed", now_ms)
    return user


def end_sessions(user: User, now_ms: int) -> User:
    """End every sign-in of somebody."""
    with writing() as session:
        user = session.merge(user)
        user.session_version += 1
        audit.note(user, "signed out everywhere", now_ms)
    return user


def make_owner(user: User, now_ms: int) -> None:
    """Let somebody own the server."""
    with writing() as session:
        user = session.merge(user)
        user.is_owner = True
        audit.note(user, "became an owner", now_ms)


def remove(user_id: int, now_ms: int, by: User) -> str:
    """Delete an account and its access to everything; returns its address.

    Raises NotFound, or Invalid for one's own account, so that an owner always remains.
    """
    with writing() as session:
        user = session.get(User, user_id)
        if user is None:
            raise NotFound("There is no such account.", field="user")
        if user.id == by.id:
            raise Invalid("Another owner has to delete your account; one must remain.", field="user")
        email = user.email
        links = OneTimeLink.created_by == user.id, OneTimeLink.email == email
        session.execute(delete(OneTimeLink).where(or_(*links), OneTimeLink.used_at.is_(None)))
        session.delete(user)
        audit.note(by, "account deleted", now_ms, detail=email)
    return email


def need(email: str) -> User:
    """The account with an address. Raises NotFound."""
    user = by_email(email)
    if user is None:
        raise NotFound(f"There is no account {email}.", field="email")
    return user
