"""Why the service refuses a request: the branch of the exception tree that only HTTP knows.

AudioIdentError
└── RequestRefused
├── BadRequest            BAD_REQUEST            what was sent is no request that can be read
├── ValidationFailed      VALIDATION_ERROR       a parameter or a body is not as described
├── EmptyFile             EMPTY_FILE             an upload without a byte
├── FileTooLarge          FILE_TOO_LARGE         a body has more bytes than allowed
├── UnsupportedMediaType  UNSUPPORTED_MEDIA_TYPE a body is of another kind than the route takes
├── RequestTooSlow        REQUEST_TIMEOUT        a request did not arrive in time
├── AddressTooLong        URI_TOO_LONG           the address has more bytes than allowed
├── HeadersTooLarge       HEADERS_TOO_LARGE      the headers have more bytes than allowed
├── HostRefused           HOST_NOT_ALLOWED       the service does not answer to that name
├── ClipTooShort          AUDIO_TOO_SHORT        a clip of less than three seconds
├── RecordingTooLong      AUDIO_TOO_LONG         a recording of more hours than are kept
├── ClipUndecodable       DECODE_FAILED          a clip that cannot be listened to
├── RouteUnknown          ROUTE_UNKNOWN          there is nothing at that path
├── MethodNotAllowed      METHOD_NOT_ALLOWED     a path that does not know the method
├── FileMissing           FILE_NOT_FOUND         the file of a track cannot be opened
├── ArtworkMissing        ARTWORK_MISSING        a track has no picture
├── RangeNotSatisfiable   RANGE_NOT_SATISFIABLE  bytes were asked for that are not there
├── Unauthorized          UNAUTHORIZED           nobody is logged in
├── Forbidden             FORBIDDEN              whoever asks may not do that
├── CrossSiteRequest      CROSS_SITE_REQUEST     a page of another site asks in somebody's name
├── SetupLinkInvalid      SETUP_LINK_INVALID     a set-up link is unknown, used or expired
├── FolderNotAllowed      FOLDER_NOT_ALLOWED     a folder outside those that may be imported
├── NotListenedYet        NOT_LISTENED_YET       it is not known yet how a track sounds
├── Conflict              CONFLICT               the state of things does not allow it
├── PreconditionFailed    PRECONDITION_FAILED    somebody else changed it meanwhile
├── RateLimited           RATE_LIMITED           too many requests at this moment
├── ConversionTooLarge    CONVERSION_TOO_LARGE   converted music does not fit into its cache
├── ConversionRunning     CONVERSION_RUNNING     what is asked for is being made
├── ConversionFailed      CONVERSION_FAILED      a file cannot be converted
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


class BadRequest(RequestRefused):
    """What was sent is no request that can be read."""

    code = "BAD_REQUEST"
    remedy = "Send HTTP/1.1, and a body that is whole and of the kind that its headers name."


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


class UnsupportedMediaType(RequestRefused):
    """The body is of another kind than the route takes."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    http_status = 415
    remedy = "Send what `details` names as `Content-Type`, without `Content-Encoding`."


class RequestTooSlow(RequestRefused):
    """The request did not arrive in time."""

    code = "REQUEST_TIMEOUT"
    http_status = 408
    remedy = "Send it again over a faster connection, and without pauses."
    is_retryable = True


class AddressTooLong(RequestRefused):
    """The address of the request has more bytes than allowed."""

    code = "URI_TOO_LONG"
    http_status = 414
    remedy = "Ask for less at once: no address of the API is that long."


class HeadersTooLarge(RequestRefused):
    """The request has more headers, or more bytes in them, than allowed."""

    code = "HEADERS_TOO_LARGE"
    http_status = 431
    remedy = "Send fewer and shorter headers; in a browser, remove the cookies of this address."


class HostRefused(RequestRefused):
    """The service does not answer to the name by which it was called."""

    code = "HOST_NOT_ALLOWED"
    http_status = 421
    remedy = (
        "Call it by `localhost` or an address of this machine; behind a reverse proxy, set "
        "AUDIO_IDENT_TRUSTED_PROXIES to the address of the proxy."
    )


class ClipTooShort(RequestRefused):
    """The clip has fewer seconds than it takes to be sure of an answer."""

    code = "AUDIO_TOO_SHORT"
    http_status = 422
    remedy = "Send at least three seconds; ten are better where it is loud."


class RecordingTooLong(RequestRefused):
    """The recording is longer than those that are kept."""

    code = "AUDIO_TOO_LONG"
    http_status = 422
    remedy = "Cut it into parts, or raise AUDIO_IDENT_MAX_FILE_SECONDS."


class ClipUndecodable(RequestRefused):
    """The clip looks like audio and cannot be listened to."""

    code = "DECODE_FAILED"
    http_status = 422
    remedy = "Play the clip in another program; record it again if that fails too."


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


class FileMissing(RequestRefused):
    """The file of a track is gone, cannot be read, or is no regular file of the library."""

    code = "FILE_NOT_FOUND"
    http_status = 404
    remedy = "Check that its disk is mounted and that the service may read it; then import again."


class ArtworkMissing(RequestRefused):
    """Neither the file nor its folder has a picture."""

    code = "ARTWORK_MISSING"
    http_status = 404
    remedy = "Put a picture into the file or beside it, and import again."


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


class FolderNotAllowed(RequestRefused):
    """A folder lies outside those that requests may name."""

    code = "FOLDER_NOT_ALLOWED"
    http_status = 403
    remedy = (
        "Choose a folder in one of those that `GET /api/v1/roots` lists; an administrator adds "
        "others with `POST /api/v1/roots` or the setting `music_roots`."
    )


class NotListenedYet(RequestRefused):
    """It is not known yet how a track sounds, so that nothing can be compared with it."""

    code = "NOT_LISTENED_YET"
    http_status = 409
    remedy = (
        "A running service listens by itself once nothing is imported, and `audio-ident models "
        "fill` does it at once; `audio-ident models list` tells how far it is."
    )
    is_retryable = True


class Conflict(RequestRefused):
    """What is asked for contradicts the state of things."""

    code = "CONFLICT"
    http_status = 409
    remedy = "Look at the present state and decide again."


class PreconditionFailed(RequestRefused):
    """What is to be changed is no longer as it was when it was read."""

    code = "PRECONDITION_FAILED"
    http_status = 412
    remedy = "Read it again, look at what changed, and send the new `ETag` as `If-Match`."


class RateLimited(RequestRefused):
    """Too many requests at this moment."""

    code = "RATE_LIMITED"
    http_status = 429
    remedy = "Try again after the seconds that the header `Retry-After` tells."
    is_retryable = True


class ConversionTooLarge(RequestRefused):
    """What would be made is larger than the space for converted music."""

    code = "CONVERSION_TOO_LARGE"
    http_status = 413
    remedy = "Ask for the original or for `opus`, or raise `transcode_cache_bytes`."


class ConversionRunning(RequestRefused):
    """Parts were asked for of what is not finished yet."""

    code = "CONVERSION_RUNNING"
    http_status = 503
    remedy = "Try again after the seconds that the header `Retry-After` tells."
    is_retryable = True


class ConversionFailed(RequestRefused):
    """The file cannot be decoded, or not within the limits of a worker."""

    code = "CONVERSION_FAILED"
    http_status = 422
    remedy = "Play the original, which the reason in `details` may explain; else replace the file."


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
