"""Bounds the bodies of requests, in bytes, kind and time, while they arrive.

A body that goes too far is cut off: the route sees a client that went away, and whatever it
answers to that is replaced by the refusal.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audio_ident.api.limits import (
    FORM_OVERHEAD_BYTES,
    JSON,
    MULTIPART,
    URL_ENCODED,
    BodyRule,
    Limits,
    stated_rule,
)
from audio_ident.api.problems import base_path_of, problem_response
from audio_ident.refusals import (
    BadRequest,
    FileTooLarge,
    RequestRefused,
    RequestTooSlow,
    UnsupportedMediaType,
)
from audio_ident.settings.model import Settings


class BodyLimits:
    """Middleware that lets only bodies through that are as a route takes them."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        limits: Limits,
        monotonic_s: Callable[[], float],
    ) -> None:
        self._app = app
        self._settings = settings
        self._limits = limits
        self._monotonic_s = monotonic_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(scope, receive, self)
        answer = _Answer(send, body)
        try:
            await self._app(scope, body.receive, answer.send)
        finally:
            if body.refusal is not None and not answer.is_started:
                await answer.refuse(scope, receive, body.refusal)

    @property
    def limits(self) -> Limits:
        """The bounds of all requests."""
        return self._limits

    def now_s(self) -> float:
        """Time of a clock that never goes back."""
        return self._monotonic_s()

    def most_bytes(self, rule: BodyRule | None) -> int:
        """How long a body may be."""
        if rule is None or rule.setting is None:
            return self._limits.body_bytes
        allowed: int = getattr(self._settings, rule.setting)
        return allowed + (FORM_OVERHEAD_BYTES if MULTIPART in rule.media_types else 0)


class _Body:
    """The body of one request."""

    def __init__(self, scope: Scope, receive: Receive, owner: BodyLimits) -> None:
        self._scope = scope
        self._receive = receive
        self._owner = owner
        self._is_begun = False
        self._is_whole = False
        self._received_bytes = 0
        self._waited_s = 0.0
        self._rule: BodyRule | None = None
        self.refusal: RequestRefused | None = None

    async def receive(self) -> Message:
        """The next part of the body, or that the client is gone."""
        if self._is_whole:
            return await self._receive()
        try:
            if not self._is_begun:
                self._begin()
            if self.refusal is None:
                return await self._next()
        except RequestRefused as refusal:
            self.refusal = refusal
        return {"type": "http.disconnect"}

    def judge_unread(self) -> None:
        """Refuse a body that the route has not even begun to read: a form of another kind."""
        if not self._is_begun:
            try:
                self._begin()
            except RequestRefused as refusal:
                self.refusal = refusal

    def _begin(self) -> None:
        # only now, because the route is known once something wants to read the body
        self._is_begun = True
        headers = Headers(scope=self._scope)
        declared = headers.get("content-length")
        if declared is None and "transfer-encoding" not in headers:
            return
        self._rule = _rule_of(self._scope)
        if declared is not None and declared.isdecimal():
            _check_length(int(declared), self._most_bytes, self._rule)
        if declared != "0":
            _check_kind(headers, self._rule)

    @property
    def _most_bytes(self) -> int:
        return self._owner.most_bytes(self._rule)

    async def _next(self) -> Message:
        limits = self._owner.limits
        allowed_s = limits.pause_s + self._received_bytes / limits.least_bytes_per_s
        patience_s = min(limits.pause_s, max(0.0, allowed_s - self._waited_s))
        started_s = self._owner.now_s()
        try:
            async with asyncio.timeout(patience_s):
                message = await self._receive()
        except TimeoutError:
            raise RequestTooSlow("the body did not arrive in time") from None
        self._waited_s += self._owner.now_s() - started_s
        self._received_bytes += len(message.get("body", b""))
        _check_length(self._received_bytes, self._most_bytes, self._rule)
        self._is_whole = not message.get("more_body", False)
        return message


class _Answer:
    """The answer to one request."""

    def __init__(self, send: Send, body: _Body) -> None:
        self._send = send
        self._body = body
        self.is_started = False

    async def send(self, message: Message) -> None:
        """Pass on what the route answers, unless its body was refused."""
        if message.get("status") == HTTPStatus.UNPROCESSABLE_ENTITY:
            self._body.judge_unread()
        if self._body.refusal is not None and not self.is_started:
            return
        self.is_started = True
        await self._send(message)

    async def refuse(self, scope: Scope, receive: Receive, refusal: RequestRefused) -> None:
        """Answer instead of the route."""
        # who does not send any more is not waited for; others may end in peace and be told why
        is_gone = isinstance(refusal, RequestTooSlow)
        headers = {"Connection": "close"} if is_gone else None
        await problem_response(refusal, base_path_of(scope), headers)(scope, receive, self._send)


def _rule_of(scope: Scope) -> BodyRule | None:
    """What the body of the route at hand may be; None when it takes none."""
    stated = stated_rule(scope.get("endpoint"))
    if stated is not None:
        return stated
    field = getattr(scope.get("route"), "body_field", None)
    if field is None:
        return None
    media_type = getattr(field.field_info, "media_type", JSON)
    is_plain_form = media_type == URL_ENCODED
    return BodyRule(media_types=(URL_ENCODED, MULTIPART) if is_plain_form else (media_type,))


def _check_length(length_bytes: int, most_bytes: int, rule: BodyRule | None) -> None:
    if length_bytes <= most_bytes:
        return
    name = {"setting": rule.setting} if rule is not None and rule.setting else {}
    raise FileTooLarge(
        f"the body has more than {most_bytes} bytes", details={"limit_bytes": most_bytes, **name}
    )


def _check_kind(headers: Headers, rule: BodyRule | None) -> None:
    if rule is None:
        return
    sent = headers.get("content-type", "")
    kind, _, parameters = sent.partition(";")
    kind = kind.strip().lower()
    is_encoded = headers.get("content-encoding", "identity").lower() != "identity"
    if is_encoded or not _is_taken(kind, rule.media_types):
        taken = " or ".join(rule.media_types)
        raise UnsupportedMediaType(
            f"this takes {taken} without an encoding of its own",
            details={"media_types": list(rule.media_types)},
        )
    if kind == MULTIPART and "boundary=" not in parameters.lower():
        raise BadRequest(f"{MULTIPART} without a boundary")


def _is_taken(kind: str, media_types: tuple[str, ...]) -> bool:
    is_json = kind.startswith("application/") and kind.endswith("+json")
    return kind in media_types or (JSON in media_types and is_json)
