"""Settings: every number and name that a user may want to change, in one table.

Each is an environment variable `ROSTRA_<NAME>` (or a line of a `.env` file in the working folder).
The command line, the documentation and the tests read this table; nothing else holds a default.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, SettingsConfigDict

from rostra.errors import InputError

PREFIX = "ROSTRA_"


def _setting(default: Any, help_: str, unit: str = "", **limits: Any) -> Any:
    return Field(default, description=help_, json_schema_extra={"unit": unit}, **limits)


class Settings(BaseSettings):
    """What this machine's owner has chosen."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    home: Path = _setting(Path(".rostra"), "Folder of what the server keeps: database, media, secrets.")
    host: str = _setting("127.0.0.1", "Address that the server listens on; 0.0.0.0 is all of them.")
    port: int = _setting(8080, "Port; when it is taken, the next free one.", ge=1, le=65535)
    public_url: str = _setting(
        "", "Origin under which clients reach the server, if it is not the one that they call."
    )
    max_upload_bytes: int = _setting(5 * 2**30, "Largest file that can be uploaded at once.", "bytes", ge=1)
    database_url: str = _setting(
        "",
        "Database, as `sqlite:///folder/rostra.db` or `postgresql://user@host/name`; a file in "
        "`ROSTRA_HOME` without it. See `docs/deploy-stores.md`.",
    )
    max_cache_bytes: int = _setting(
        2 * 2**30, "Largest cache of pictures and spoken sentences that can be made again.", "bytes", ge=0
    )
    max_library_bytes: int = _setting(
        0, "Most bytes that the media of one partner take; 0 for as many as there is room for.", "bytes", ge=0
    )
    max_calls: int = _setting(
        100,
        "Calls of one user, or of one address without a session, per second; ten seconds' worth may come at "
        "once. 0 for any number.",
        "per second",
        ge=0,
    )
    unknown_as_200: bool = _setting(
        False, "Whether the VOD API tells unknown ids with HTTP 200, as it does other refusals, not with 404."
    )
    fetch_private: bool = _setting(
        False, "Whether media are fetched from addresses of this machine and its neighbours, too."
    )
    media_url: str = _setting(
        "",
        "Object store of the media, as `s3://bucket/folder`; a folder in `ROSTRA_HOME` without it. Its "
        "keys are in the variables of its vendor (`AWS_ACCESS_KEY_ID` ...): see `docs/deploy-stores.md`.",
    )
    partner_id: int | None = _setting(None, "Id of the first partner, for containers and tests.", ge=1)
    admin_secret: SecretStr | None = _setting(None, "Its admin secret; a random one without it.")
    user_secret: SecretStr | None = _setting(None, "Its user secret; a random one without it.")
    models: Path | None = _setting(
        None,
        "Folder of the voices' weights. Without it, those that were installed with the package and, for what "
        "`rostra models fetch` got, the user's cache folder.",
    )
    presenters: Path | None = _setting(
        None,
        "Folder of your own presenters (`*.pack`), besides those that come with Rostra. Without it, "
        "`rostra/presenters` in the user's data folder (`~/.local/share`).",
    )
    photo_python: Path | None = _setting(
        None,
        "Python that has mediapipe 0.10.21, for presenters from photos. Without it, what "
        "`rostra models fetch --photo` set up, or this Python.",
    )
    llm_model: str = _setting(
        "", "Language model that composes, as its server calls it; without it, sentences are chosen."
    )
    llm_url: str = _setting("", "Server of the model, `http://host:port/v1`; OpenAI's without it.")
    llm_key: SecretStr | None = _setting(None, "Key that the server of the model asks for.")
    udp_ports: str = _setting(
        "", "UDP ports that live sessions use, as `40000-40100`; any without it.", pattern=r"^(\d+-\d+)?$"
    )
    public_addresses: str = _setting(
        "", "Addresses under which browsers reach this machine's UDP ports, if others than its own; commas."
    )
    turn_url: str = _setting(
        "",
        "TURN server that browsers are sent to, as `turn:host:3478?transport=udp`.",
        pattern=r"^(turns?:.+)?$",
    )
    turn_secret: SecretStr | None = _setting(
        None, "Secret shared with it (coturn: `static-auth-secret`), for credentials that expire."
    )
    turn_user: str = _setting("", "Fixed user of a TURN server without a shared secret.")
    turn_password: SecretStr | None = _setting(None, "Password of that fixed user.")
    live_sessions: int = _setting(
        0,
        "Live sessions at a time, of 512x512 pictures (larger ones count as several); 0: as many as this "
        "machine proves able to hold.",
        "sessions",
        ge=0,
    )
    live_sessions_each: int = _setting(
        0, "Live sessions at a time of one partner; 0: no limit of its own.", "sessions", ge=0
    )
    live_size: str = _setting(
        "512x512",
        "Size of live pictures that are asked for without one, even numbers; 1920x1080 and 1080x1920 are the "
        "largest.",
        pattern=r"^\d+x\d+$",
    )
    live_idle: float = _setting(
        60.0, "Time without a call or a viewer after which a live session ends.", "s", ge=30
    )
    live_life: float = _setting(14_400.0, "Time after which a live session ends anyway.", "s", ge=60)
    live_page: Literal["local", "everyone", "nobody"] = _setting(
        "local", "Who may start live sessions on the page `/live`, which asks for no account."
    )
    renderers: int = _setting(
        2, "Scenes that are rendered at the same time; each takes some 0.7 GB.", "processes", ge=1, le=64
    )
    studio_voices: Literal["fine", "fast"] = _setting(
        "fine",
        "Form of the voices in videos: fine sounds better, fast takes a tenth of the time.",
    )
    studio_previews: Literal["fine", "fast"] = _setting(
        "fast",
        "Form of the voices in previews: fast is heard at once, fine is that of videos with fine voices.",
    )
    speech_threads: int = _setting(1, "Threads of one voice.", "threads", ge=1, le=64)
    encoder_threads: int = _setting(
        0, "Threads of the video encoder; 0 lets it choose by the number of cores.", "threads", ge=0, le=64
    )
    encoder_preset: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"] = (
        _setting("veryfast", "How hard x264 works for a smaller file.")
    )
    encoder_crf: int = _setting(
        21,
        "Picture quality of x264: lower is better and larger; 18 is hard to tell from lossless.",
        ge=0,
        le=51,
    )
    max_script_bytes: int = _setting(
        200_000, "Largest script. The default is about three hours and a half of speech.", "bytes", ge=1
    )
    max_scenes: int = _setting(500, "Most scenes of one script.", "scenes", ge=1)
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "warning", "The least important thing that is logged, to standard error."
    )
    log_format: Literal["auto", "console", "json"] = _setting(
        "auto", "How log lines look; `auto` is `console` on a terminal and `json` elsewhere."
    )


@cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        InputError: a variable has a value that its setting cannot take; names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise InputError(
            f"{name} cannot be {str(first['input'])!r}: {first['msg'].lower()}.",
            "`rostra settings` lists what it takes.",
            name,
        ) from error


def table() -> list[tuple[str, str, str, str]]:
    """(variable, default, unit or choices, help) of every setting, in the order of the class."""
    return [_row(name, field) for name, field in Settings.model_fields.items()]


def markdown() -> str:
    """The documentation page of the settings."""
    rows = "\n".join(f"| `{name}` | {default} | {unit} | {help_} |" for name, default, unit, help_ in table())
    return (
        "# Settings\n\n"
        "Environment variables, or lines of a `.env` file in the working folder. `make docs` writes this\n"
        "page from `src/rostra/settings.py`; `rostra settings` prints the values in force.\n\n"
        f"| Variable | Default | Unit or choices | Meaning |\n|---|---|---|---|\n{rows}\n"
    )


def changed() -> set[str]:
    """Names of the variables that are set in the environment."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return known & {name.upper() for name in os.environ}


def _row(name: str, field: FieldInfo) -> tuple[str, str, str, str]:
    extra = field.json_schema_extra
    unit = str(extra["unit"]) if isinstance(extra, dict) else ""
    choices = getattr(field.annotation, "__args__", ())
    if all(isinstance(choice, str) for choice in choices) and choices:
        unit = ", ".join(f"`{choice}`" for choice in choices)
    default = "" if field.default in (None, PydanticUndefined) else f"`{field.default}`"
    return PREFIX + name.upper(), default, unit, field.description or ""
