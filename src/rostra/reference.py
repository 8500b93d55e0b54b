"""The reference of the HTTP interfaces: a page at `/docs` that needs no other machine.

FastAPI's own page loads its scripts from the internet; this one serves them itself, so that it can be read
where there is none.
"""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse, Response

PAGE = "/docs"
PACKAGE = "fastapi_swagger.resources"  # Swagger UI, built
KINDS = {
    "swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon-32x32.png": "image/png",
}  # fmt: skip
SCRIPT, STYLE, ICON = KINDS
KEPT = 86400  # s that browsers keep a file
LOOK = {"tryItOutEnabled": True, "persistAuthorization": True, "filter": True, "validatorUrl": None}


def install(app: FastAPI) -> None:
    """Put the page into an application that has none of its own."""

    @app.get(PAGE, include_in_schema=False)
    async def page() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=str(app.openapi_url),
            title=app.title,
            swagger_js_url=f"{PAGE}/{SCRIPT}",
            swagger_css_url=f"{PAGE}/{STYLE}",
            swagger_favicon_url=f"{PAGE}/{ICON}",
            swagger_ui_parameters=LOOK,
        )

    @app.get(f"{PAGE}/{{name}}", include_in_schema=False)
    async def file(name: str) -> Response:
        if name not in KINDS:
            return Response(status_code=404)
        headers = {"Cache-Control": f"public, max-age={KEPT}"}
        return Response(files(PACKAGE).joinpath(name).read_bytes(), headers=headers, media_type=KINDS[name])
