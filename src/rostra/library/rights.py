"""Rights: which entries somebody sees, plays and changes.

An administrator does so with all entries of the partner, a user with their own. Privileges widen that:
`list:*` to see all, `sview`, `view` and `edit` of an entry or `*`. A partner whose users share their
library (the default) lets them see everything that is ready.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, true

from rostra.identity.ks import Ks
from rostra.library.tables import READY, Entry

SHARED = "library.sharedWithUsers"  # option of a partner
PRIVATE = "library.private"  # option of a partner: nothing can be played without a session


def visible(ks: Ks, shared: bool) -> ColumnElement[bool]:
    """Of the partner's entries, those that somebody may list."""
    if ks.admin or ks.privileges.everything or ks.privileges.grants("list", "*"):
        return true()
    return or_(Entry.user == ks.user, Entry.status == READY) if shared else Entry.user == ks.user


def may_see(ks: Ks, entry: Entry, shared: bool) -> bool:
    """Whether somebody may look at an entry, play it, show its picture."""
    if entry.partner != ks.partner:
        return False
    if ks.admin or ks.privileges.everything or entry.user == ks.user or (shared and entry.status == READY):
        return True
    return any(ks.privileges.grants(name, entry.id) for name in ("sview", "view", "list", "edit"))


def may_change(ks: Ks, entry: Entry) -> bool:
    """Whether somebody may change or delete an entry."""
    if entry.partner != ks.partner or "widget" in ks.privileges:
        return False
    own = entry.user == ks.user
    return ks.admin or ks.privileges.everything or own or ks.privileges.grants("edit", entry.id)
