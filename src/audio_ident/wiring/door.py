"""Lets requests in once the library is open: it is opened in the background, until that works.

So the service starts always, also while its database is down or its disk is missing, says what is
wrong, and recovers by itself.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack

import structlog

from audio_ident.errors import AudioIdentError, SettingsInvalid, Unforeseen
from audio_ident.library.figures import Figure
from audio_ident.library.readiness import Condition, Probe, State, failed
from audio_ident.refusals import ServiceUnavailable
from audio_ident.settings.model import Settings
from audio_ident.wiring.health import data_directory_probe, look_at_catalogue
from audio_ident.wiring.service import Service

OpenService = Callable[[Settings], AbstractContextManager[Service]]

PAUSES_S = (0.5, 1, 2, 4, 8, 15)
"""Between attempts to open; the last holds for all that follow."""

FIRST_ATTEMPT_S = 10.0
"""How long a start waits for the first attempt, so that most starts begin with an open library."""

CLOSING_S = 1.0
"""How long an attempt that is under way may take when the service stops."""

_log = structlog.get_logger()


class ServiceDoor:
    """The service behind a door that may be shut; safe to use from any thread.

    Parameters
    ----------
    settings, open_
        How the library is opened; tried again after every `AudioIdentError` but `SettingsInvalid`.
    on_refusal
        Called, from a thread, when the settings do not allow to open it: trying again is useless.
    """

    def __init__(
        self, settings: Settings, open_: OpenService, on_refusal: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._open = open_
        self._on_refusal = on_refusal
        self._stack = ExitStack()
        self._service: Service | None = None
        self._trouble: AudioIdentError | None = None
        self._is_tried = threading.Event()
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="opener", daemon=True)
        self._own_probes = (
            Probe(name="catalogue", look=self._look, is_vital=True),
            data_directory_probe(settings),
        )
        self.refusal: SettingsInvalid | None = None

    def start(self, patience_s: float = FIRST_ATTEMPT_S) -> None:
        """Begin to open, and return after the first attempt or when patience ends."""
        self._thread.start()
        self._is_tried.wait(patience_s)

    def service(self) -> Service:
        """The service.

        Raises
        ------
        ServiceUnavailable
            The library is not open yet; `details` tells the code of what hinders it.
        """
        service = self._service
        if service is not None:
            return service
        trouble = self._trouble
        raise ServiceUnavailable(
            trouble.meaning() if trouble else "the library is being opened",
            details={"cause": trouble.code} if trouble else {},
            retry_after_s=PAUSES_S[-1],
        )

    def probes(self) -> Sequence[Probe]:
        """Those of the parts that there are at this moment."""
        service = self._service
        return self._own_probes if service is None else (*self._own_probes, *service.probes)

    def figures(self) -> Sequence[Figure]:
        """Those that can be read at this moment."""
        service = self._service
        return () if service is None else service.figures

    def close(self) -> None:
        """Stop trying, and close what is open."""
        self._is_closing.set()
        if self._thread.is_alive():
            self._thread.join(CLOSING_S)
        self._service = None
        self._stack.close()

    def _run(self) -> None:
        attempt = 0
        while not self._try_once() and self.refusal is None:
            pause_s = PAUSES_S[min(attempt, len(PAUSES_S) - 1)]
            attempt += 1
            if self._is_closing.wait(pause_s):
                return
        if self.refusal is not None:
            self._on_refusal()

    def _try_once(self) -> bool:
        try:
            self._service = self._stack.enter_context(self._open(self._settings))
        except SettingsInvalid as error:
            self._trouble = self.refusal = error
        except AudioIdentError as error:
            self._note(error)
        except Exception as error:  # noqa: BLE001 -- the boundary of a thread
            _log.error("library_not_opened", exc_info=error)
            self._trouble = Unforeseen("the library could not be opened")
        else:
            self._trouble = None
            _log.info("library_opened")
        finally:
            self._is_tried.set()
        return self._service is not None

    def _note(self, error: AudioIdentError) -> None:
        is_news = self._trouble is None or self._trouble.fact != error.fact
        self._trouble = error
        if is_news:
            _log.error("library_not_opened", code=error.code, fact=error.fact)

    def _look(self) -> Condition:
        service, trouble = self._service, self._trouble
        if service is not None:
            return look_at_catalogue(service.catalogue)
        if trouble is not None:
            return failed(trouble)
        return Condition(state=State.LOADING, reason="The library is being opened.")
