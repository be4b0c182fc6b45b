"""JSON documents about models."""

from audio_ident.cli.render import Document
from audio_ident.model.embedding_models import InstalledModel, ModelCheck, ModelListing


def listing_document(listing: ModelListing) -> Document:
    """A model that is here or can be fetched."""
    return {
        "name": listing.name,
        "repository": listing.repository,
        "licence": listing.licence,
        "about": listing.about or None,
        "size_bytes": listing.size_bytes,
        "is_known": listing.is_known,
        "is_chosen": listing.is_chosen,
        "problem": listing.problem or None,
        "installed": installed_document(listing.installed) if listing.installed else None,
    }


def installed_document(installed: InstalledModel) -> Document:
    """A model that is here."""
    manifest, space = installed.manifest, installed.space
    return {
        "name": manifest.name,
        "repository": manifest.repository,
        "commit": manifest.commit or None,
        "licence": manifest.licence,
        "size_bytes": manifest.size_bytes,
        "space": space.id,
        "revision": space.revision,
        "dimension": space.dimension,
        "files": {
            role: {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes}
            for role, file in manifest.files.items()
        },
    }


def check_document(check: ModelCheck) -> Document:
    """What verifying a model found."""
    return {"name": check.name, "is_good": not check.problems, "problems": list(check.problems)}
