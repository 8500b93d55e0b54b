"""The keyring: a partner's secrets in a file that only its owner may read."""

from __future__ import annotations

import os
from pathlib import Path

from rostra.drafts import refusal
from rostra.identity.partners import Partner

PRIVATE = 0o600


def keyring(home: Path, partner: Partner) -> Path:
    """Where a partner's secrets are written down."""
    return home / f"partner-{partner.id}.env"


def write_down(home: Path, partner: Partner) -> Path:
    """Write a partner's id and newest secrets as lines of a shell or of an `.env` file.

    Raises:
        OutputError: the file cannot be written.
    """
    place = keyring(home, partner)
    lines = {
        "ROSTRA_PARTNER_ID": partner.id,
        "ROSTRA_ADMIN_SECRET": partner.admin_secrets[0],
        "ROSTRA_USER_SECRET": partner.user_secrets[0],
    }
    try:
        place.unlink(missing_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in lines.items())
    except OSError as error:
        raise refusal(error, place, "home", "Set ROSTRA_HOME to a folder that you may write to.") from error
    return place
