"""Takes from a worker process what listening does not need: network, programs, secrets, files.

A decoder meets bytes of strangers. Should one of them ever take it over, it finds a process that
can open no socket and start no program, that knows no setting, and that holds no descriptor but
the pipe to its owner. What a system cannot take away is left, and `missing_protections` says so.
"""

import contextlib
import ctypes
import errno
import os
import platform
import sys
from collections.abc import Collection, Iterator, Mapping

KEPT_VARIABLES = frozenset(
    {"HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ", "VIRTUAL_ENV"}
)
"""Environment variables that a worker may read, besides those below."""

_KEPT_PREFIXES = ("LC_", "PYTHON")

_STANDARD_STREAMS = (0, 1, 2)

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_FILTER_MODE = 2

_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_NOT_BELOW, _RETURN = 0x20, 0x15, 0x35, 0x06
"""Instructions of the classic packet filter, as `linux/bpf_common.h` makes them up."""

_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
"""Where `struct seccomp_data` holds the number of the call and the architecture."""

_OTHER_ABI_FROM = 0x40000000
"""Calls from here on are those of x32, which nothing of ours makes."""

_ARCHITECTURES: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (41, 59, 101, 310, 311, 322, 425)),
    "aarch64": (0xC00000B7, (198, 221, 117, 270, 271, 281, 425)),
}
"""Numbers of socket, execve, ptrace, process_vm_readv, process_vm_writev, execveat and
io_uring_setup, by machine."""


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("operand", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("first", ctypes.POINTER(_Instruction)))


def confine(kept_descriptors: Collection[int]) -> None:
    """Take away what can be taken from this process; before it has threads, and for ever."""
    sys.dont_write_bytecode = True
    _forget_environment()
    _close_descriptors({*_STANDARD_STREAMS, *kept_descriptors})
    _refuse_system_calls()


def missing_protections() -> Iterator[str]:
    """What workers are not kept from on this system, in words."""
    if not _can_filter():
        yield "opening network connections and starting programs"


def _forget_environment() -> None:
    forgotten = [name for name in os.environ if not _is_kept(name)]
    if sys.platform == "linux":
        _wipe_values(forgotten)
    for name in forgotten:
        del os.environ[name]


def _is_kept(name: str) -> bool:
    return name in KEPT_VARIABLES or name.startswith(_KEPT_PREFIXES)


def _wipe_values(names: Collection[str]) -> None:
    """Overwrite where the system put them: it shows that memory in `/proc/self/environ`."""
    wiped = {os.fsencode(name) for name in names}
    entries = ctypes.POINTER(ctypes.c_void_p).in_dll(ctypes.CDLL(None), "environ")
    number = 0
    while address := entries[number]:
        entry = ctypes.string_at(address)
        name = entry.partition(b"=")[0]
        if name in wiped:
            ctypes.memset(address + len(name), 0, len(entry) - len(name))
        number += 1


def _close_descriptors(kept: Collection[int]) -> None:
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 -- names of descriptors
            if int(name) not in kept:
                with contextlib.suppress(OSError):  # the one that listed the folder
                    os.close(int(name))


def _can_filter() -> bool:
    """Whether the kernel takes filters; it says so by the error for one that is not there."""
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, None, 0, 0)
    return ctypes.get_errno() == errno.EFAULT


def _refuse_system_calls() -> None:
    if not _can_filter():
        return
    architecture, refused = _ARCHITECTURES[platform.machine()]
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 0, len(refused) + 3, architecture),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_IF_NOT_BELOW, len(refused) + 1, 0, _OTHER_ABI_FROM),
        *((_JUMP_IF_EQUAL, len(refused) - number, 0, call) for number, call in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    array = (_Instruction * len(instructions))(*(_Instruction(*each) for each in instructions))
    program = _Program(len(instructions), array)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0)
