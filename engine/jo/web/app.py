"""jo over HTTP: routes, limits, headers. Everything that is decided here is about HTTP.

| route | what |
| --- | --- |
| `GET /u/TOKEN` | the unsubscribe page; changes nothing |
| `POST /u/TOKEN` | one click of a mail program (RFC 8058), or the page's own button |
| `GET /c/TOKEN` | counts a click and goes on to the link's target |
| `POST /events` | events of other systems, with a secret |
| `GET /healthz` | that this is jo, and whose links it answers |
| `GET /readyz` | whether the store answers |
"""

import asyncio
import hmac
import threading
import time
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jo.flow.arrival import Choice, EventFault
from jo.web.desk import AwayError, Desk, Refused, Taken
from jo.web.events import UnreadableEventsError, parse_events
from jo.web.form import OneClick, Pressed, gesture
from jo.web.pages import CONTENT_POLICY, away_page, dead_page, leaving_page, left_page
from jo.web.told import ANSWERED, BUG, Tell
from jo.web.words import Words, words_for

LARGEST_BODY = 64 * 1024
"""Bytes."""
BODY_SECONDS = 10.0
"""How long a client may take to send its body."""
TAKE_IN_SECONDS = 5.0
"""How often the spool is looked at."""
RETRY_SECONDS = 60
"""After how long somebody who was turned away for the moment should come again."""
EVENTS = "/events"
EVENT_SOURCE = "http"
"""Who tells an event that does not say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    project: str
    """The project's name, for whoever asks who answers here."""
    event_token: str | None
    """The secret that senders of events show; None: events are not taken."""
    path: str = ""
    """The path of the address that links begin with, for a proxy that passes it on, such as `/jo`."""


def build_app(desk: Desk, options: Options, tell: Tell) -> ASGIApp:
    """Return the application; while it runs, it also brings the spool into the store."""
    doors = _Doors(desk, options)
    routes = [
        Route("/u/{token}", doors.unsubscribe, methods=["GET", "POST"]),
        Route("/c/{token}", doors.follow, methods=["GET"]),
        Route(EVENTS, doors.take_events, methods=["POST"]),
        Route("/healthz", doors.tell_health, methods=["GET"]),
        Route("/readyz", doors.tell_readiness, methods=["GET"]),
    ]
    app = Starlette(
        routes=routes,
        lifespan=lambda _: _keep_taking_in(desk, tell),
        exception_handlers={
            HTTPException: doors.refuse,
            AwayError: doors.ask_for_patience,
            Exception: doors.ask_for_patience,
            ClientDisconnect: _answer_nobody,
        },
    )
    app.router.redirect_slashes = False
    return _Shell(app, options.path, tell)


@asynccontextmanager
async def _keep_taking_in(desk: Desk, tell: Tell) -> AsyncIterator[None]:
    """Bring the spool into the store from time to time, in a thread of its own."""
    stop = threading.Event()

    def work() -> None:
        is_over = False
        while not is_over:
            try:
                desk.take_in()
            except Exception as error:
                tell(BUG, _bug(error))
            is_over = stop.wait(TAKE_IN_SECONDS)

    # A stop that is forced does not come back here, and must not wait for the thread.
    thread = threading.Thread(target=work, name="spool", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        await run_in_threadpool(thread.join)


class _Doors:
    """The endpoints."""

    def __init__(self, desk: Desk, options: Options) -> None:
        self._desk = desk
        self._options = options

    # Recipients ----------------------------------------------------------------------------------

    async def unsubscribe(self, request: Request) -> Response:
        return await (self._leave(request) if request.method == "POST" else self._show_leaving(request))

    async def _show_leaving(self, request: Request) -> Response:
        leaving = await run_in_threadpool(self._desk.leaving, request.path_params["token"])
        if leaving is None:
            return self._dead(request)
        return _page(leaving_page(_words(request, leaving.language), self._desk.brand, leaving))

    async def _leave(self, request: Request) -> Response:
        token = request.path_params["token"]
        match gesture(request.headers.get("content-type", ""), await _body(request)):
            case OneClick():
                is_ours = await run_in_threadpool(self._desk.leave, token, Choice.TOPIC)
                return PlainTextResponse("Unsubscribed.\n") if is_ours else self._dead(request)
            case Pressed(choice=choice):
                is_ours = await run_in_threadpool(self._desk.leave, token, choice)
                leaving = await run_in_threadpool(self._desk.leaving, token) if is_ours else None
                if leaving is None:
                    return self._dead(request)
                words = _words(request, leaving.language)
                return _page(left_page(words, self._desk.brand, leaving, choice))
            case None:
                return await self._show_leaving(request)

    async def follow(self, request: Request) -> Response:
        def follow() -> str | None:
            return self._desk.follow(request.path_params["token"], is_counted=request.method == "GET")

        target = await run_in_threadpool(follow)
        if target is None:
            return self._dead(request)
        return Response(status_code=302, headers={"Location": target})

    def _dead(self, request: Request) -> Response:
        return _page(dead_page(_words(request), self._desk.brand), 404)

    # Other systems -------------------------------------------------------------------------------

    async def take_events(self, request: Request) -> Response:
        refusal = self._refuse_stranger(request)
        if refusal is not None:
            return refusal
        try:
            given = parse_events(await _body(request), EVENT_SOURCE)
        except UnreadableEventsError as error:
            return _problem(400, "The body holds no events", str(error))
        match await run_in_threadpool(self._desk.take_events, given):
            case Taken(events=events, new=None):
                return JSONResponse({"taken": events}, status_code=202)
            case Taken(events=events, new=new):
                return JSONResponse({"taken": events, "new": new})
            case Refused(faults=faults):
                plain = [_fault(number, fault) for number, fault in faults]
                return _problem(
                    422, "Nothing was taken", "An event does not fit its declaration.", faults=plain
                )

    def _refuse_stranger(self, request: Request) -> Response | None:
        secret = self._options.event_token
        if secret is None:
            detail = "The project takes no events by HTTP: `event_token` is not set in `[web]` of jo.toml."
            return _problem(403, "No events are taken here", detail)
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        is_right = hmac.compare_digest(shown.strip().encode(), secret.encode())
        if scheme.casefold() == "bearer" and is_right:
            return None
        refusal = _problem(401, "The secret is missing or wrong", "Send `Authorization: Bearer SECRET`.")
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal

    async def tell_health(self, request: Request) -> Response:
        return JSONResponse({"is": "jo", "project": self._options.project, "keys": list(self._desk.keys)})

    async def tell_readiness(self, request: Request) -> Response:
        is_ready = await run_in_threadpool(self._desk.is_ready)
        plain = {"store": "answers" if is_ready else "away", "spooling": self._desk.is_spooling}
        return JSONResponse(plain, status_code=200 if is_ready else 503)

    # Trouble -------------------------------------------------------------------------------------

    async def refuse(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return self._dead(request)
        return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=error.headers)

    async def ask_for_patience(self, request: Request, error: Exception) -> Response:
        """Answer while the store is away, and when there is a bug in jo: it may go better the next time."""
        status = 503 if isinstance(error, AwayError) else 500
        headers = {"Retry-After": str(RETRY_SECONDS)}
        if request.scope["path"] == EVENTS:
            return _problem(status, "Nothing was taken", "Send the events again later.", headers=headers)
        return _page(away_page(_words(request), self._desk.brand), status, headers)


async def _answer_nobody(request: Request, error: Exception) -> Response:
    return Response(status_code=400)


async def _body(request: Request) -> bytes:
    """Return the body. Raises HTTPException when it is too large or too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise HTTPException(413, f"At most {LARGEST_BODY} bytes.")
    except TimeoutError:
        raise HTTPException(408, f"The body has to be here within {BODY_SECONDS:.0f} seconds.") from None
    return bytes(body)


def _words(request: Request, language: str | None = None) -> Words:
    return words_for(language, request.headers.get("accept-language", ""))


def _page(html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return HTMLResponse(html, status, {"Content-Security-Policy": CONTENT_POLICY, **(headers or {})})


def _problem(
    status: int,
    title: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return what is wrong, for programs (RFC 9457)."""
    plain = {"title": title, "status": status, "detail": detail, **more}
    return JSONResponse(plain, status, headers, media_type="application/problem+json")


def _fault(number: int, fault: EventFault) -> dict[str, Any]:
    return {"event": number, "code": fault.code.id, "detail": fault.detail, "help": fault.help}


_DOORS = frozenset({"u", "c", "events", "healthz", "readyz"})
_ALWAYS = (
    # A token is all that it takes to leave, so nothing keeps it or passes it on.
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"x-content-type-options", b"nosniff"),
)


class _Shell:
    """Around the application: the path that links begin with, headers of every answer, a word about each."""

    def __init__(self, app: ASGIApp, path: str, tell: Tell) -> None:
        self._app = app
        self._path = path
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.monotonic()
        path = scope["path"]
        if self._path and path.startswith(f"{self._path}/"):
            path = path.removeprefix(self._path)
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], *_ALWAYS]}
            await send(message)

        try:
            await self._app({**scope, "path": path}, receive, send_with_headers)
        except Exception as error:  # answered with 500 already
            self._tell(BUG, _bug(error))
        milliseconds = round((time.monotonic() - begun) * 1000, 1)
        told = {"method": scope["method"], "door": _door(path), "status": status, "ms": milliseconds}
        self._tell(ANSWERED, told)


def _door(path: str) -> str:
    """Return the part of a path that holds no token."""
    first = path.lstrip("/").partition("/")[0]
    return first if first in _DOORS else ""


def _bug(error: Exception) -> dict[str, str]:
    """Return what can be told of a bug: its text may hold somebody's data, the places in the code do not."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return {"error": type(error).__name__, "at": places}
