"""Which calls, and which notes of them, may a person read?

One rule for the list, the single call, the desk and programs:

- Supervisors and admins read every call and every note.
- An agent reads a call whose leg was theirs: they were at the telephone that rang
  or talked then. Who has the extension today does not matter.
- An agent reads their own notes and results, and those of colleagues in calls in
  which they talked themselves. Who was only rung reads none of a colleague's.
"""

from __future__ import annotations

from collections.abc import Collection

from screenpop.domain.agent import Role, User
from screenpop.domain.call import UserId

Only = UserId | None
"""Whose calls may be read: this person's; None for everybody's."""


def visible_to(user: User) -> Only:
    return None if user.role.includes(Role.SUPERVISOR) else user.username


def may_read_call(only: Only, people: Collection[str]) -> bool:
    """`people` were at the telephones that had a leg in the call."""
    return only is None or only in people


def may_read_note(only: Only, author: str, talked: Collection[str]) -> bool:
    """`talked` are the people who talked in the call; for results as well."""
    return only is None or author == only or only in talked
