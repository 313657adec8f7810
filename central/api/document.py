"""The API's document (OpenAPI 3.1): what each operation asks of its caller, and every answer it may give.

What follows from how a route is made, is written by this, so that no route can forget it: who may ask, and the refusals that every one has.
"""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel

from central.access import require_login
from central.api.caller import RequireScope
from central.api.webhook_messages import webhooks
from central.evidence.tokens import Scope
from central.problem import PROBLEM_TYPE, Problem, code_of

SECURITY_SCHEMES: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token that an administrator made; it names its scopes."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "wim-session",
        "description": "A person's browser; behind TLS `__Host-wim-session`.",
    },
}
_TEXTS: Final = {
    400: "It cannot be read as a request, or names what does not fit together.",
    401: "Nobody is logged in, and no token is sent that is valid.",
    403: "The token has not the scope, or the person not the role.",
    413: "The body is larger than is taken.",
    422: "A parameter or the body is not what this document allows.",
    429: "The token asks too often; `Retry-After` says in how many seconds it may again.",
    503: "The database is away; nothing is lost, try again.",
}
_RETRY_AFTER: Final = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}, "example": 3}}
_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}


def document_of(app: FastAPI) -> dict[str, Any]:
    """Give the document of an application, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes)
        components = document.setdefault("components", {})
        components["securitySchemes"] = SECURITY_SCHEMES
        schemas = components.setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for route in described_routes(app):
            _restore_example(schemas, route.response_model)
            for method in route.methods or ():
                _complete(document["paths"][str(route.path_format)][method.lower()], route)
        document["webhooks"] = webhooks(schemas)
        app.openapi_schema = document
    return app.openapi_schema


def described_routes(app: FastAPI) -> Iterator[RouteContext]:
    """Give the routes that the document describes, with all that the routers above them add."""
    return (one for one in iter_route_contexts(app.routes) if isinstance(one.original_route, APIRoute) and one.include_in_schema)


def _restore_example(schemas: dict[str, Any], model: object) -> None:
    """Give an answer's example whole: the framework leaves out whatever in it is null."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        extra = model.model_config.get("json_schema_extra")
        if isinstance(extra, dict) and "examples" in extra:
            schemas[model.__name__]["examples"] = extra["examples"]


def _complete(operation: dict[str, Any], route: RouteContext) -> None:
    """Add who may ask and what is refused; an answer that the route words itself keeps its words."""
    answers = operation["responses"]
    statuses = {503}
    scope = scope_of(route)
    if scope is not None:
        operation["security"] = [{"token": [scope.value]}, {"session": []}]
        operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope.value}`.".strip()
        statuses |= {401, 403, 429}
    elif _needs(route.dependant, require_login):
        operation["security"] = [{"session": []}]
        statuses |= {401, 403}
    if operation.get("parameters") or "requestBody" in operation:
        statuses.add(422)
    if "requestBody" in operation:
        statuses |= {400, 413}
    for status in sorted(statuses):
        answers.setdefault(str(status), {"description": _TEXTS[status]})
    for status, answer in answers.items():
        if int(status) >= 400:
            _describe_refusal(int(status), answer, route)


def _describe_refusal(status: int, answer: dict[str, Any], route: RouteContext) -> None:
    given = answer.setdefault("content", {})
    content = given.setdefault("application/json", {})
    schema = content.setdefault("schema", _PROBLEM)
    if schema == {"$ref": "#/components/schemas/HTTPValidationError"}:
        content["schema"], answer["description"] = _PROBLEM, _TEXTS[422]
    if content["schema"] == _PROBLEM:
        example = {"code": "invalid" if status == 422 else code_of(status), "where": route.path_format, "what": answer["description"]}
        content.setdefault("example", example)
        given[PROBLEM_TYPE] = given.pop("application/json")
    if status == 429:
        answer.setdefault("headers", _RETRY_AFTER)


def scope_of(route: RouteContext) -> Scope | None:
    """Give the scope that a route asks of its caller, None if it asks none."""
    for call in _calls(route.dependant):
        if isinstance(call, RequireScope):
            return call.scope
    return None


def _needs(dependant: Dependant, call: object) -> bool:
    return any(one is call for one in _calls(dependant))


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
