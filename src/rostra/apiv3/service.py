"""Services: classes whose actions can be called, and who may call them.

    class Session(Service):
        name = "session"

        @action(open=True)
        async def start(self, call: Call, secret: str, partnerId: int, userId: str = "") -> str: ...

An action's parameters are those of the method, spelled as on the wire. They are read by their types:
numbers and booleans may come as strings, as generated clients send everything; objects are pydantic
models (see `Model`); files are `File`.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, get_type_hints

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    InstanceOf,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from starlette.datastructures import UploadFile

from rostra.apiv3.errors import ApiError, forbidden, invalid, missing
from rostra.apiv3.tree import listed
from rostra.identity.ks import Ks
from rostra.identity.ledger import WIDGET

PLAYER = "PLAYBACK_BASE_ROLE"  # the one role that we know: may read and play
NOTHING = inspect.Parameter.empty


def _flag(value: object) -> object:
    """A boolean as clients write it; -1 and nothing stand for none."""
    if isinstance(value, str):
        value = value.strip().lower()
    return None if value in ("-1", -1, "") else value


Flag = Annotated[bool | None, BeforeValidator(_flag)]


File = Annotated[UploadFile, InstanceOf()]


class Model(BaseModel):
    """A parameter that is an object. Fields that are not listed are ignored.

    Attributes:
        kinds: the classes that may be named as its `objectType`; any if empty.
    """

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)
    kinds: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        """Refuse a class that this is not; leave out what is empty."""
        if not isinstance(given, dict):
            return {} if given in (None, "", []) else given
        kind = given.get("objectType")
        if cls.kinds and kind and kind not in cls.kinds:
            raise ApiError("INVALID_OBJECT_TYPE", f'Invalid object type "{kind}"', OBJECT_TYPE=kind)
        return {name: listed(value) for name, value in given.items()}


@dataclass(frozen=True)
class Call:
    """One call of an action.

    Args:
        service, action: as they are named here.
        ks: who calls; None without a session.
        address: of the client.
        base: origin under which the client reaches us, without a slash at the end.
        arguments: by wire name.
        files: by the name of their part.
    """

    service: str
    action: str
    ks: Ks | None
    address: str
    base: str
    arguments: Mapping[str, Any]
    files: Mapping[str, UploadFile]

    @property
    def who(self) -> Ks:
        """Who calls.

        Raises:
            ApiError: there is no session.
        """
        if self.ks is None:
            raise ApiError("MISSING_KS", "Missing KS, session not established")
        return self.ks


@dataclass(frozen=True)
class Rule:
    """Who may call an action.

    Args:
        open: anybody, without a session.
        admin: only administrators.
        widget: widget sessions, too.
        reads: changes nothing.
    """

    open: bool = False
    admin: bool = False
    widget: bool = False
    reads: bool = False

    def check(self, call: Call) -> None:
        """Refuse who may not.

        Raises:
            ApiError: says why.
        """
        if self.open:
            return
        ks = call.who
        barred = (
            (self.admin and not ks.admin)
            or (WIDGET in ks.privileges and not self.widget)
            or (ks.privileges.items.get("setrole") == PLAYER and not self.reads)
        )
        if barred:
            raise forbidden(call.service, call.action)


Method = Callable[..., Awaitable[Any]]


def action(**rule: bool) -> Callable[[Method], Method]:
    """Make a method of a service callable, for those whom `Rule` lets."""

    def marked(method: Method) -> Method:
        method.rule = Rule(**rule)  # type: ignore[attr-defined]
        return method

    return marked


class Action:
    """A method that can be called with wire arguments."""

    def __init__(self, name: str, method: Method) -> None:
        self.name, self.rule = name, method.rule  # type: ignore[attr-defined]
        self._method = method
        hints = get_type_hints(method, include_extras=True)
        parameters = list(inspect.signature(method).parameters.values())[1:]  # after the call
        self._readers = [(one.name, TypeAdapter(hints[one.name]), one.default) for one in parameters]

    async def run(self, call: Call) -> Any:
        """Read the arguments and act.

        Raises:
            ApiError: an argument is missing or wrong, or who calls may not.
        """
        self.rule.check(call)
        return await self._method(call, **{name: _read(call, name, *how) for name, *how in self._readers})


class Service:
    """Actions under one name.

    Attributes:
        name: as clients write it, in any case of letters.
        aliases: other names.
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()

    def actions(self) -> dict[str, Action]:
        """The actions, by name in small letters."""
        methods = inspect.getmembers(self, lambda one: hasattr(one, "rule"))
        return {name.lower(): Action(name.rstrip("_"), method) for name, method in methods}


def _read(call: Call, name: str, reader: TypeAdapter[Any], default: Any) -> Any:
    """One argument by its type."""
    if name in call.files:
        return call.files[name]
    given = call.arguments.get(name, NOTHING)
    if given is NOTHING or (given == "" and default is not NOTHING):
        if default is NOTHING:
            raise missing(name)
        return default
    try:
        return reader.validate_python(listed(given))
    except ValidationError as error:
        first = error.errors()[0]
        raise invalid(".".join([name, *map(str, first["loc"])]), first["msg"]) from error
