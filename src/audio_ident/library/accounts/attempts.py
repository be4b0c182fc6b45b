"""Slows guessing of passwords down, by address and by name; in memory, of bounded size."""

import dataclasses
import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable

from audio_ident.refusals import RateLimited

FREE = 5
"""Attempts without a delay; each further one doubles it."""

LONGEST_DELAY_OF_ADDRESS_S = 900.0

LONGEST_DELAY_OF_NAME_S = 60.0
"""Short, because it meets the owner too, whom a stranger could otherwise lock out."""

FORGOTTEN_AFTER_S = 3600.0
"""Without an attempt."""

MOST_KEPT = 10_000
"""Addresses and names each; of more, the ones longest ago are forgotten."""


class Attempts:
    """Counts attempts that did not succeed.

    An attempt counts when it begins: however many are made at once, no more than the free ones
    get to a password.
    """

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._addresses = _Counts(LONGEST_DELAY_OF_ADDRESS_S)
        self._names = _Counts(LONGEST_DELAY_OF_NAME_S)

    def begin(self, address: str, name: str | None = None) -> None:
        """Count an attempt from an address on a name; raises `RateLimited` when it is too soon."""
        now_s = self._monotonic_s()
        with self._lock:
            counts = self._of(address, name)
            wait_s = max(count.wait_s(key, now_s) for count, key in counts)
            if wait_s > 0:
                raise RateLimited("too many attempts", retry_after_s=wait_s)
            for count, key in counts:
                count.add(key, now_s)

    def succeeded(self, address: str, name: str | None = None) -> None:
        """Forget the attempts before one that was right."""
        with self._lock:
            for count, key in self._of(address, name):
                count.forget(key)

    def _of(self, address: str, name: str | None) -> list[tuple["_Counts", str]]:
        of_address = (self._addresses, _network(address))
        return [of_address] if name is None else [of_address, (self._names, name.casefold())]


@dataclasses.dataclass(frozen=True, slots=True)
class _Count:
    attempts: int
    last_s: float


class _Counts:
    def __init__(self, longest_delay_s: float) -> None:
        self._longest_delay_s = longest_delay_s
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        count = self._counts.get(key)
        if count is None or count.attempts < FREE:
            return 0.0
        doublings = min(count.attempts - FREE, 30)
        delay_s = min(2.0**doublings, self._longest_delay_s)
        return max(0.0, count.last_s + delay_s - now_s)

    def add(self, key: str, now_s: float) -> None:
        count = self._counts.pop(key, _Count(0, now_s))
        is_forgotten = now_s - count.last_s > FORGOTTEN_AFTER_S
        self._counts[key] = _Count(1 if is_forgotten else count.attempts + 1, now_s)
        if len(self._counts) > MOST_KEPT:
            self._counts.popitem(last=False)

    def forget(self, key: str) -> None:
        self._counts.pop(key, None)


def _network(address: str) -> str:
    """What one person has of addresses: of IPv6, 2**64 at least."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
