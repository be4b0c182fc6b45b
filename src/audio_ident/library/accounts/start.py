"""Whether the service may start with whom it would let in."""

import ipaddress

from audio_ident.errors import OwnerMissing, SettingsInvalid


def is_loopback(host: str) -> bool:
    """Whether an address, or a name that is kept for it, is reached from this machine only."""
    if host.casefold() == "localhost" or host.casefold().endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def check_openness(host: str, *, is_open: bool) -> None:
    """Refuse to let everybody in who is not on this machine."""
    if is_open and not is_loopback(host):
        raise SettingsInvalid(
            f"open_on_loopback is set, and host is {host}, which others can reach too"
        )


def check_owner(host: str, *, has_owner: bool) -> None:
    """Refuse to be reached from other machines as long as nobody owns the service."""
    if not has_owner and not is_loopback(host):
        raise OwnerMissing(f"the service would listen on {host}, and has no owner yet")
