"""The routes of API v3: every answer, errors included, has the HTTP status 200."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from sqlalchemy.exc import DataError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rostra.apiv3 import answer, many
from rostra.apiv3.errors import ApiError, invalid, told
from rostra.apiv3.request import Asked, read
from rostra.apiv3.service import Action, Call, Service
from rostra.apiv3.tree import Tree
from rostra.errors import RostraError
from rostra.identity.checks import Call as Place
from rostra.identity.gate import Gate
from rostra.identity.ks import Ks

MANY = "multirequest"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "content-type, authorization, x-kaltura-ks",
}

log = structlog.get_logger()


class Api:
    """All services under one address.

    Args:
        gate: knows who may come in.
        services: what there is.
        largest_file: bytes that one request may bring.
    """

    def __init__(self, gate: Gate, services: Iterable[Service], largest_file: int) -> None:
        self._gate, self._largest = gate, largest_file
        self._services: dict[str, tuple[str, dict[str, Action]]] = {}
        for service in services:
            actions = service.actions()
            for name in (service.name, *service.aliases):
                self._services[name.lower()] = service.name, actions

    def routes(self) -> list[Route]:
        """For the application."""
        methods = ["GET", "POST", "OPTIONS"]
        return [Route(path, self.serve, methods=methods) for path in ("/api_v3", "/api_v3/{rest:path}")]

    async def serve(self, request: Request) -> Response:
        """Answer a request."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=CORS)
        start, form = time.perf_counter(), request.query_params.get("format", answer.XML)
        files: Mapping[str, UploadFile] = {}
        try:
            asked = await read(request, self._largest)
            form, files = asked.format, asked.files
            result = await self._result(asked, request)
        except RostraError as error:
            result = told(error)
        finally:
            for file in files.values():
                await file.close()
        if isinstance(result, Response):
            result.headers.update(CORS)
            return result
        return _response(result, form, time.perf_counter() - start, request)

    async def _result(self, asked: Asked, request: Request) -> Any:
        if asked.service != MANY:
            return await self._one(asked.service, asked.action, asked.tree, asked.files, request)
        results: list[Any] = []
        for number, tree in many.calls(asked.tree):
            files = {
                name.removeprefix(f"{number}:"): one
                for name, one in asked.files.items()
                if name.startswith(f"{number}:")
            }
            results.append(await self._next(tree, files, results, request))
        return results

    async def _next(
        self, tree: Tree, files: Mapping[str, UploadFile], results: list[Any], request: Request
    ) -> Any:
        """The result of one of several calls; its failure is its result."""
        try:
            own = many.resolved(tree, results)
            service, action = (str(own.pop(name, "")).lower() for name in ("service", "action"))
            return await self._one(service, action, own, files, request)
        except RostraError as error:
            return told(error)

    async def _one(
        self, service: str, action: str, tree: Tree, files: Mapping[str, UploadFile], request: Request
    ) -> Any:
        called = self._find(service, action)
        call = Call(
            service=self._services[service][0],
            action=called.name,
            ks=await self._ks(tree, request),
            address=address(request),
            base=base(request),
            arguments=tree,
            files=files,
        )
        try:
            return await called.run(call)
        except RostraError:
            raise
        except (OverflowError, DataError) as error:
            raise invalid("request", "a number in it is too large, or a text is none") from error
        except Exception as error:
            log.exception("call failed", service=call.service, action=call.action)
            raise ApiError("INTERNAL_SERVER_ERROR", "Internal server error occurred", ERR_TEXT="") from error

    def _find(self, service: str, action: str) -> Action:
        if service not in self._services:
            raise ApiError(
                "SERVICE_DOES_NOT_EXISTS", f'Service "{service}" does not exists', SERVICE_NAME=service
            )
        found = self._services[service][1].get(action)
        if found is None:
            message = f'Action "{action}" does not exists for service "{service}"'
            raise ApiError("ACTION_DOES_NOT_EXISTS", message, ACTION_NAME=action, SERVICE_NAME=service)
        return found

    async def _ks(self, tree: Tree, request: Request) -> Ks | None:
        """Who calls, if they say so."""
        text = str(tree.get("ks") or bearer(request) or "")
        return await self._gate.meet(text, place(request))


def bearer(request: Request) -> str:
    """A KS from the headers."""
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    return text.strip() if kind.lower() in ("bearer", "ks") else request.headers.get("x-kaltura-ks", "")


def place(request: Request) -> Place:
    """Where a KS is used that comes with a request."""
    query = f"?{request.url.query}" if request.url.query else ""
    return Place(request.url.path + query, address(request), time.time())


def address(request: Request) -> str:
    """Of the client."""
    return request.client.host if request.client else ""


def base(request: Request) -> str:
    """The origin under which the client reaches us."""
    fixed: str | None = getattr(request.app.state, "public_url", None)
    return (fixed or str(request.base_url)).rstrip("/")


def _response(result: Any, form: str, seconds: float, request: Request) -> Response:
    if form == answer.JSON:
        body, kind = answer.as_json(result), "application/json"
    else:
        body, kind = answer.as_xml(result, seconds), "text/xml; charset=utf-8"
    body, headers = answer.packed(body, request.headers.get("accept-encoding", ""))
    if isinstance(result, ApiError) and "RETRY_AFTER" in result.about:
        headers["Retry-After"] = result.about["RETRY_AFTER"]
    return Response(body, media_type=kind, headers={**headers, **CORS})
