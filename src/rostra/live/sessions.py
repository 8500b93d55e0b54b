"""All live sessions of this process: made, found, watched over and ended.

A session ends by itself when nobody has called or watched for a while, or when it has lived long enough.
Its id is remembered for an hour after that, so that a late call hears that it has ended. A new one is refused
when this machine could not hold it at full frame rate; one with a large picture counts as several.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import jwt
import structlog

from rostra.acting.actor import Actor
from rostra.acting.manner import Manner
from rostra.live.camera import Camera
from rostra.live.dimensions import SQUARE, weight
from rostra.live.errors import RETRY, LiveError
from rostra.live.network import settle
from rostra.live.session import FPS, Kit, Look, Session
from rostra.live.speaker import Wanted
from rostra.picture.backdrop import backdrop
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.production.machine import cores

ALGORITHM = "HS256"
REMEMBERED = 3600.0  # s that the id of an ended session is known
MOST_REMEMBERED = 20_000
ROUND = 1.0  # s between two looks at all sessions
SHARE = 0.6  # of the cores that sessions may use
UNMEASURED = 2  # sessions that are admitted before the machine is measured
TRIAL = 60  # frames drawn to measure it
WHOLE = 1.8  # what a session costs while it speaks, beside drawing and encoding a presenter at rest

log = structlog.get_logger()


@dataclass(frozen=True)
class Terms:
    """What sessions may do.

    Args:
        key: signs the tokens.
        idle: s without a call or a viewer after which a session ends.
        life: s that it may live.
        most: sessions at a time, of square pictures; 0: as many as this machine can hold.
        most_each: of one partner; 0: no limit of its own.
        ports: UDP ports that peers may use, first and last; None: any.
    """

    key: bytes
    idle: float = 60.0
    life: float = 4 * 3600.0
    most: int = 0
    most_each: int = 0
    ports: tuple[int, int] | None = None


@dataclass
class Place:
    """A session and what is known of it."""

    session: Session
    partner: int
    user: str
    key: str  # in the address to watch at: nobody can guess it
    born: float
    touched: float
    weight: float  # places that it takes
    chunks: deque[float] = field(default_factory=deque)  # when the last ones of text came


class Sessions:
    """The sessions.

    Args:
        kit: what they share.
        terms: what they may do.
        clock: seconds that never go back.
    """

    def __init__(self, kit: Kit, terms: Terms, clock: Callable[[], float] = time.monotonic) -> None:
        self.kit, self.terms, self._clock = kit, terms, clock
        self._places: dict[str, Place] = {}
        self._keys: dict[str, Place] = {}
        self._ended: OrderedDict[str, float] = OrderedDict()
        self._opening = 0.0  # weight of those that are being made
        self._measured = 0
        self.ready = False  # whether what speaks and draws is warm
        self._round: asyncio.Task[None] | None = None

    @property
    def capacity(self) -> int:
        """How many sessions there may be at a time."""
        return self.terms.most or self._measured or UNMEASURED

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._places)

    @property
    def load(self) -> float:
        """How many places they take, those that are being made, too."""
        return self._opening + sum(place.weight for place in self._places.values())

    def facts(self) -> dict[str, float]:
        """How the sessions fare."""
        healths = [place.session.health for place in self._places.values()]
        return {
            "sessions": self.count,
            "load": round(self.load, 1),
            "capacity": self.capacity,
            "ready": self.ready,
            "frames": sum(health.frames for health in healths),
            "late": sum(health.late for health in healths),
            "slips": sum(health.slips for health in healths),
            "making": round(max((health.making for health in healths), default=0.0), 2),
        }

    def start(self) -> None:
        """Begin to watch over sessions, in the running loop."""
        settle(self.terms.ports)
        self._round = asyncio.create_task(self._watch_over())

    async def measure(self, look: Look) -> None:
        """Find out how many sessions this machine can hold."""
        spent = await asyncio.to_thread(_trial, replace(look, size=SQUARE))
        self._measured = max(1, math.floor(SHARE * cores() / (WHOLE * spent * FPS)))
        log.info("live sessions measured", frame=round(spent * 1e3, 2), sessions=self._measured)

    async def stop(self) -> None:
        """End all sessions."""
        if self._round:
            self._round.cancel()
        await asyncio.gather(*(self.end(name, "shutdown") for name in list(self._places)))
        self.kit.speaker.stop()
        self.kit.threads.shutdown(wait=False)

    async def create(self, partner: int, user: str, look: Look, wanted: Wanted) -> tuple[Session, str]:
        """A new session, and the token that controls it.

        Raises:
            LiveError: there is no place for it.
            RostraError: the presenter or the background cannot be had.
        """
        places = weight(look.size)
        self._admit(partner, places)
        session = Session(look, wanted, self.kit, seed=secrets.randbelow(1 << 31))
        self._opening += places
        try:
            await session.open()
        finally:
            self._opening -= places
        now = self._clock()
        place = Place(session, partner, user, secrets.token_urlsafe(24), now, now, places)
        self._places[session.id] = self._keys[place.key] = place
        log.info("live session began", session=session.id, partner=partner)
        return session, self._token(place)

    def find(self, name: str, token: str) -> Place:
        """The session that a token controls; counts as a sign of life.

        Raises:
            LiveError: the token is not good, or there is no such session any more.
        """
        try:
            claims = jwt.decode(
                token,
                self.terms.key,
                algorithms=[ALGORITHM],
                options={"require": ["sub", "exp"], "verify_iat": False},  # clocks are set back, too
            )
        except jwt.InvalidTokenError as error:
            raise LiveError("INVALID_TOKEN") from error
        known = name in self._places or name in self._ended
        if claims["sub"] != name and known:
            raise LiveError("INVALID_TOKEN")
        if not known:
            raise LiveError("SESSION_NOT_FOUND")
        if name in self._ended:
            raise LiveError("SESSION_ENDED")
        place = self._places[name]
        place.touched = self._clock()
        return place

    def watched_at(self, key: str) -> Place:
        """The session of an address to watch at.

        Raises:
            LiveError: there is none.
        """
        if key not in self._keys:
            raise LiveError("SESSION_NOT_FOUND")
        return self._keys[key]

    async def end(self, name: str, reason: str = "ended") -> None:
        """End a session, if it is there."""
        place = self._places.pop(name, None)
        if place is None:
            return
        del self._keys[place.key]
        self._ended[name] = self._clock()
        while len(self._ended) > MOST_REMEMBERED:
            self._ended.popitem(last=False)
        await place.session.end(reason)
        log.info("live session ended", session=name, reason=reason)

    def _admit(self, partner: int, places: float) -> None:
        own = sum(place.partner == partner for place in self._places.values())
        if self.terms.most_each and own >= self.terms.most_each:
            raise LiveError(
                "NO_CAPACITY", "The account has as many sessions as it may have.", RETRY, status=429
            )
        if places > self._measured > 0 and not self.terms.most:
            raise LiveError(
                "INVALID_REQUEST", "The picture is too large for this machine. Ask for a smaller one."
            )
        # What the owner has allowed may hold any one session
        if self.load and self.load + places > self.capacity:
            raise LiveError("NO_CAPACITY", "No presenter is free, try again in a moment.", RETRY)

    def _token(self, place: Place) -> str:
        now = int(time.time())
        claims = {
            "sub": place.session.id, "pid": place.partner, "uid": place.user,
            "iat": now, "exp": now + int(self.terms.life),
        }  # fmt: skip
        return jwt.encode(claims, self.terms.key, ALGORITHM)

    async def _watch_over(self) -> None:
        while True:
            await asyncio.sleep(ROUND)
            now = self._clock()
            for name, place in list(self._places.items()):
                if place.session.watched:
                    place.touched = now
                if now - place.born > self.terms.life:
                    await self.end(name, "max-life")
                elif now - place.touched > self.terms.idle:
                    await self.end(name, "idle")
                elif place.session.failed:
                    await self.end(name, "error")
            while self._ended and now - next(iter(self._ended.values())) > REMEMBERED:
                self._ended.popitem(last=False)


def _trial(look: Look) -> float:
    """Seconds of processor time that a frame costs."""
    actor = Actor(Manner.of(look.pack.manifest.manner), 0, FPS)
    stage = Stage(look.pack, Layout.FULL, look.size, backdrop(look.background, look.size))
    camera = Camera(stage, FPS)
    rows = actor.rest(TRIAL / FPS).curves
    camera.shoot(rows[0], 0, ["H264"])
    start = time.thread_time()
    for number, row in enumerate(rows[1:], 1):
        camera.shoot(row, number, ["H264"])
    return (time.thread_time() - start) / (len(rows) - 1)
