"""Why the service refuses a request: the branch of the exception tree that only HTTP knows.

AudioIdentError
└── RequestRefused
├── ValidationFailed      VALIDATION_ERROR       a parameter or a body is not as described
├── EmptyFile             EMPTY_FILE             an upload without a byte
├── FileTooLarge          FILE_TOO_LARGE         a body has more bytes than allowed
├── RouteUnknown          ROUTE_UNKNOWN          there is nothing at that path
├── MethodNotAllowed      METHOD_NOT_ALLOWED     a path that does not know the method
├── RangeNotSatisfiable   RANGE_NOT_SATISFIABLE  bytes were asked for that are not there
├── Unauthorized          UNAUTHORIZED           nobody is logged in
├── Forbidden             FORBIDDEN              whoever asks may not do that
├── CrossSiteRequest      CROSS_SITE_REQUEST     a page of another site asks in somebody's name
├── SetupLinkInvalid      SETUP_LINK_INVALID     a set-up link is unknown, used or expired
├── Conflict              CONFLICT               the state of things does not allow it
├── RateLimited           RATE_LIMITED           too many requests at this moment
├── ServiceUnavailable    SERVICE_UNAVAILABLE    a part that is needed cannot work now
└── SearchTimeout         SEARCH_TIMEOUT         no lane answered before the deadline
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from audio_ident.errors import AudioIdentError, Severity


class RequestRefused(AudioIdentError):
    """A request cannot be answered; nothing was changed.

    Parameters
    ----------
    fact
        What is wrong, without paths of the server and without secrets.
    details
        The same for programs; JSON.
    retry_after_s
        When trying again makes sense; told in `Retry-After`.
    """

    severity = Severity.ABORT
    http_status: ClassVar[int] = 400

    def __init__(
        self,
        fact: str,
        *,
        details: Mapping[str, Any] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(fact)
        self.details = dict(details or {})
        self.retry_after_s = retry_after_s


class ValidationFailed(RequestRefused):
    """A parameter or the body of a request is not as the API describes it."""

    code = "VALIDATION_ERROR"
    http_status = 422
    remedy = "Correct what `details` names; `/docs` shows what each request takes."


class EmptyFile(RequestRefused):
    """The uploaded file has no content."""

    code = "EMPTY_FILE"
    remedy = "Send the recording; an empty one is usually a recording that was stopped at once."


class FileTooLarge(RequestRefused):
    """The upload has more bytes than allowed."""

    code = "FILE_TOO_LARGE"
    http_status = 413
    remedy = "Send a shorter clip, or raise the limit that `details` names."


class RouteUnknown(RequestRefused):
    """There is nothing at that address."""

    code = "ROUTE_UNKNOWN"
    http_status = 404
    remedy = "Look the address up in `/docs`."


class MethodNotAllowed(RequestRefused):
    """The address exists, and cannot be used with this method."""

    code = "METHOD_NOT_ALLOWED"
    http_status = 405
    remedy = "Use a method that the header `Allow` names."


class RangeNotSatisfiable(RequestRefused):
    """None of the bytes that were asked for exist."""

    code = "RANGE_NOT_SATISFIABLE"
    http_status = 416
    remedy = "Ask for bytes below the size that the header `Content-Range` tells."


class Unauthorized(RequestRefused):
    """Nobody is logged in, or the key is not known."""

    code = "UNAUTHORIZED"
    http_status = 401
    remedy = "Log in, or send an API key as `Authorization: Bearer ...`."


class Forbidden(RequestRefused):
    """Whoever asks is known, and may not do that."""

    code = "FORBIDDEN"
    http_status = 403
    remedy = "Use a key whose scopes include what `details` names."


class CrossSiteRequest(RequestRefused):
    """A page of another site asks for a change in the name of whoever looks at it."""

    code = "CROSS_SITE_REQUEST"
    http_status = 403
    remedy = (
        "Open the service at its own address. Behind a reverse proxy, let it pass `Host` on and "
        "set `trusted_proxies`; programs send an API key."
    )


class SetupLinkInvalid(RequestRefused):
    """A set-up link is unknown, was used, or has expired."""

    code = "SETUP_LINK_INVALID"
    http_status = 403
    remedy = "Run `audio-ident owner reset` on the machine of the service: it prints a new link."


class Conflict(RequestRefused):
    """What is asked for contradicts the state of things."""

    code = "CONFLICT"
    http_status = 409
    remedy = "Look at the present state and decide again."


class RateLimited(RequestRefused):
    """Too many requests at this moment."""

    code = "RATE_LIMITED"
    http_status = 429
    remedy = "Try again after the seconds that the header `Retry-After` tells."
    is_retryable = True


class ServiceUnavailable(RequestRefused):
    """A part of the service that the request needs cannot work now."""

    code = "SERVICE_UNAVAILABLE"
    http_status = 503
    remedy = "Look at `/health/ready`: it names the part, the reason and the remedy."
    is_retryable = True


class SearchTimeout(RequestRefused):
    """No lane had an answer before the deadline."""

    code = "SEARCH_TIMEOUT"
    http_status = 504
    remedy = "Try again when the service has less to do, or send a shorter clip."
    is_retryable = True
