"""How a check words what it found."""

from audio_ident.model.reports import Diagnosis, Health


def healthy(fact: str) -> Diagnosis:
    """Nothing is missing."""
    return Diagnosis(part="", health=Health.OK, fact=fact, effect="", remedy="")


def degraded(fact: str, *, effect: str, remedy: str) -> Diagnosis:
    """It works, but less well or not for long."""
    return Diagnosis(part="", health=Health.WARNING, fact=fact, effect=effect, remedy=remedy)


def broken(fact: str, *, effect: str, remedy: str) -> Diagnosis:
    """Something that is needed does not work."""
    return Diagnosis(part="", health=Health.FAILED, fact=fact, effect=effect, remedy=remedy)
