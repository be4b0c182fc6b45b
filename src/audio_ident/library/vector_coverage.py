"""How much of a library is in which space of vectors."""

from audio_ident.model.filling import SpaceCoverage
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.vector_marks import SpaceOfStore


def coverage_of(catalogue: Catalogue, store: str) -> list[SpaceCoverage]:
    """Spaces that are asked for, answer or hold anything in a store; those of models first."""
    with catalogue.reading() as rows:
        held = rows.vector_marks.spaces_of(store)
        found = []
        for known in rows.spaces.all():
            is_active = known.active_since is not None
            if known.is_wanted or is_active or known.space.id in held:
                place = SpaceOfStore(space_id=known.space.id, store=store)
                counted = rows.vector_marks.coverage(place)
                found.append(
                    SpaceCoverage(
                        space=known.space,
                        is_wanted=known.is_wanted,
                        is_active=is_active,
                        wanted=counted.wanted,
                        covered=counted.covered,
                        failures=rows.vector_marks.failures(place),
                    )
                )
    return sorted(found, key=lambda one: (one.space.embedder == "timbre", not one.is_active))
