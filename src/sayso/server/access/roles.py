"""Roles: an app classifies; an expert labels, too; an admin does everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["app", "expert", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""


@dataclass(frozen=True)
class Who:
    """Somebody who has shown a valid token: its id, what its owner is called, and the role."""

    token_id: str
    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Whether this is that role, or one that includes it."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def __str__(self) -> str:
        return f"{self.name} ({self.role} {self.token_id})"
