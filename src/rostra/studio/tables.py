"""Tables of the studio."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rostra.storage.tables import Dated, Table

# States of a video project
DRAFT, COMPOSING, COMPOSED, COMPOSE_ERROR = "draft", "composing", "composed", "compose-error"
GENERATING, READY, GENERATE_ERROR = "generating", "ready", "generate-error"
BUSY = (COMPOSING, GENERATING)


class Avatar(Dated, Table):
    """A presenter before a background."""

    __tablename__ = "avatars"
    __table_args__ = (UniqueConstraint("partner", "user", "template", "canonical", name="uq_avatars"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    partner: Mapped[int]
    user: Mapped[str]
    template: Mapped[str]  # id of the presenter
    background: Mapped[dict[str, Any]]  # as it was given
    canonical: Mapped[str]  # the same for backgrounds that look the same


class Video(Dated, Table):
    """A video project."""

    __tablename__ = "videos"
    __table_args__ = (Index("ix_videos_owner", "partner", "user", "created"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    partner: Mapped[int]
    user: Mapped[str]
    status: Mapped[str]
    name: Mapped[str]
    avatar: Mapped[str | None]
    scenes: Mapped[list[dict[str, Any]]]  # as on the wire
    entry: Mapped[str | None]  # what it was rendered to
    composition: Mapped[dict[str, Any] | None]  # parameters of the last compose
    composed: Mapped[bool]  # whether a compose has succeeded since the scenes were last empty
    error: Mapped[dict[str, Any] | None]
    progress: Mapped[dict[str, Any] | None]
    rights: Mapped[dict[str, Any]]  # type and privileges of whoever began to generate
