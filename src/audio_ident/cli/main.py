"""Entry point of `audio-ident`; light, because every worker process imports it again."""

from types import ModuleType

from audio_ident.errors import KernelsMissing


def run() -> None:
    """Run the command line with the real application."""
    # Imported late: a worker reads this module but needs no command line.
    from audio_ident.cli.app import make_cli  # noqa: PLC0415
    from audio_ident.cli.application import Entrance  # noqa: PLC0415

    entrance = Entrance(
        open_application=lambda settings: _wiring().open_application(settings),
        diagnose=lambda settings: _wiring().diagnose(settings),
    )
    make_cli(entrance)()


def _wiring() -> ModuleType:
    # Imported only by a command that needs the application: help comes at once, and a missing
    # library is told in the form that the command was asked for.
    try:
        from audio_ident.wiring import local  # noqa: PLC0415
    except OSError as problem:  # what ctypes raises; a missing package is an ImportError
        raise KernelsMissing(f"the compiled kernels cannot be opened: {problem}") from problem
    return local
