"""JSON documents about the owner and keys."""

from audio_ident.cli.render import Document
from audio_ident.model.accounts import ApiKey, Owner


def owner_document(owner: Owner) -> Document:
    """The owner, without anything about the password but its age."""
    return {
        "name": owner.name,
        "created_at": owner.created_at.isoformat(),
        "changed_at": owner.changed_at.isoformat(),
    }


def key_document(key: ApiKey) -> Document:
    """A key, without its secret."""
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "used_at": key.used_at.isoformat() if key.used_at else None,
    }
