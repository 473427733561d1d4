"""One-time links work once, for a while, whatever happens at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOW, PASSWORD
from tests.live_server import Keys
from tests.pages import Person
from tracker.accounts import links, members, users
from tracker.accounts.roles import Role
from tracker.errors import DesirepathError, Invalid, NotFound
from tracker.extensions import db
from tracker.models import OneTimeLink, User


def at_once(app: Flask, act: Callable[[int], object], times: int = 4) -> list[object]:
    """Run `act(0..)` in threads that begin together; what each returned, or the error it met."""
    gate = threading.Barrier(times)
    outcomes: list[object] = [None] * times

    def run(number: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                outcomes[number] = act(number)
            except DesirepathError as error:
                outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_only_the_hash_of_a_token_is_kept(app: Flask) -> None:
    with app.app_context():
        token = links.make("setup", NOW)
        kept = db.session.scalars(select(OneTimeLink.token_hash)).all()
        assert len(token) >= 40 and token not in kept[0]


def test_one_setup_link_makes_one_owner_even_when_used_by_several_at_once(app: Flask) -> None:
    with app.app_context():
        token = links.make("setup", NOW)
    outcomes = at_once(app, lambda n: links.take_setup(token, f"o{n}@example.org", PASSWORD, "", NOW).id)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NotFound) for outcome in outcomes) == 3
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 1


def test_an_invitation_is_taken_by_one_of_several_at_once(
    app: Flask, site: Keys, new_person: Callable[..., Person]
) -> None:
    people = [new_person(f"p{n}@example.org") for n in range(4)]
    with app.app_context():
        token = links.make("invite", NOW, email="x@example.org", site_id=site.id, role=Role.VIEWER)

    def take(number: int) -> int:
        user = users.need(people[number].email)
        links.find(token, "invite", NOW)
        links.take_invite(token, user, NOW)
        return user.id

    taken = [outcome for outcome in at_once(app, take) if isinstance(outcome, int)]
    assert len(taken) == 1
    with app.app_context():
        assert [m.user.id for m in members.of_site(site.id)] == taken


def test_an_invitation_that_fails_leaves_no_account_and_stays_good(app: Flask, site: Keys) -> None:
    with app.app_context():
        token = links.make("invite", NOW, email="bob@example.org", site_id=site.id, role=Role.ADMIN)
        with pytest.raises(Invalid, match="10 to 200"):
            links.join(token, "bob@example.org", "short", "", NOW)
        assert users.by_email("bob@example.org") is None
        user = links.join(token, "bob@example.org", PASSWORD, "Bob", NOW)
        assert members.role_of(user, site.id) is Role.ADMIN
        with pytest.raises(NotFound):
            links.join(token, "eve@example.org", PASSWORD, "", NOW)
        assert users.by_email("eve@example.org") is None


def test_an_invitation_never_lowers_a_role(app: Flask, site: Keys, new_person: Callable[..., Person]) -> None:
    bob = new_person("bob@example.org", site=site, role=Role.ADMIN)
    with app.app_context():
        token = links.make("invite", NOW, email=bob.email, site_id=site.id, role=Role.VIEWER)
        links.take_invite(token, users.need(bob.email), NOW)
        assert members.role_of(users.need(bob.email), site.id) is Role.ADMIN


def test_a_link_ends_by_itself_and_serves_its_own_purpose_only(app: Flask, owner: Person) -> None:
    with app.app_context():
        token = links.make("reset", NOW, email=owner.email)
        assert links.find(token, "reset", NOW + links.LASTS_MS["reset"] - 1).email == owner.email
        with pytest.raises(NotFound):
            links.find(token, "reset", NOW + links.LASTS_MS["reset"])
        for other in ("setup", "invite"):
            with pytest.raises(NotFound):
                links.find(token, other, NOW)


def test_a_newer_reset_link_ends_the_older_and_that_of_nobody_else(
    app: Flask, owner: Person, new_person: Callable[..., Person]
) -> None:
    bob = new_person("bob@example.org")
    with app.app_context():
        bobs = links.make("reset", NOW, email=bob.email)
        older = links.make("reset", NOW, email=owner.email)
        newer = links.make("reset", NOW, email=owner.email.upper())
        with pytest.raises(NotFound):
            links.find(older, "reset", NOW)
        assert links.find(newer, "reset", NOW) and links.find(bobs, "reset", NOW)


def test_a_reset_link_sets_the_password_once_and_ends_every_sign_in(app: Flask, owner: Person) -> None:
    with app.app_context():
        before = users.need(owner.email).session_version
        token = links.make("reset", NOW, email=owner.email)
        with pytest.raises(Invalid):
            links.take_reset(token, owner.email, NOW)
        assert links.take_reset(token, "another long one", NOW).session_version == before + 1
        assert users.sign_in(owner.email, "another long one", NOW) is not None
        assert users.sign_in(owner.email, owner.password, NOW) is None
        with pytest.raises(NotFound):
            links.take_reset(token, "and a third time", NOW)


def test_who_loses_access_leaves_no_open_invitation_behind(
    app: Flask, site: Keys, new_person: Callable[..., Person]
) -> None:
    for end in ("removed", "demoted"):
        bob = new_person(f"{end}@example.org", site=site, role=Role.ADMIN)
        with app.app_context():
            by = users.need(bob.email)
            token = links.make("invite", NOW, email="me@x.org", site_id=site.id, role=Role.ADMIN, by=by)
            if end == "removed":
                members.remove(bob.id, site.id, NOW, None)
            else:
                members.grant(bob.id, site.id, Role.VIEWER, NOW, None)
            with pytest.raises(NotFound):
                links.find(token, "invite", NOW)
