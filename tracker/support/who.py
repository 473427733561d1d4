"""Which user somebody means by an e-mail or an id."""

from __future__ import annotations

from tracker.domain.pseudonyms import Pseudonyms
from tracker.errors import Conflict, NotFound
from tracker.ledger import known_as, users
from tracker.ledger.connect import Connection

ID = "id:"
"""Before what is an id for certain, though it looks like an e-mail."""


def user_id(connection: Connection, site_id: int, text: str, names: Pseudonyms | None = None) -> str:
    """The one user meant. Raises NotFound, or Conflict where several have the e-mail.

    An e-mail counts that a server or a signed token told. What only browsers claim is nobody's e-mail:
    anybody could take on somebody else's.
    """
    text = text.strip()
    if text.startswith(ID):
        return _by_id(connection, site_id, text.removeprefix(ID))
    verified, claimed = known_as.user_ids(connection, site_id, text, names)
    if len(verified) > 1:
        raise Conflict(f"Several users have this e-mail: {_listed(verified)}. Say which.", field="user")
    if verified:
        return verified[0]
    if claimed:
        raise NotFound(
            f"Only browsers tell this e-mail, of {_listed(claimed)}; if you know that it is true, say that.",
            field="user",
        )
    return _by_id(connection, site_id, text)


def _by_id(connection: Connection, site_id: int, text: str) -> str:
    if users.get(connection, site_id, text) is None:
        raise NotFound(f"Nobody is known as {text!r}; `desirepath user check` looks further.", field="user")
    return text


def _listed(ids: list[str]) -> str:
    return ", ".join(ID + one for one in ids[:10])
