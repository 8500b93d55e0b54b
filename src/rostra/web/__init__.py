"""What browsers get: pages and client libraries, built from `web/` into files beside this module.

They are made by `make web`, which needs Node, and are in the wheel, which does not. A checkout where they
were never built has none of them: the server then answers everything but them.
"""

from pathlib import Path

FILES = Path(__file__).parent / "dist"

LIVE = FILES / "live"  # the page /live
SESSION_SDK = FILES / "sdk" / "session"  # the client library of live sessions, given out at /sdk/session/


def built() -> bool:
    """Whether there are pages to give out."""
    return (LIVE / "index.html").is_file() and (SESSION_SDK / "session.js").is_file()
