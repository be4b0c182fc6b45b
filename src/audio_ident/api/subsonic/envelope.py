"""Answers in the shape of the Subsonic protocol: one envelope, as XML or as JSON.

XML attributes are the plain values of an object, its elements the lists and objects in it.
"""

import json
import re
from collections.abc import Mapping
from importlib import metadata
from typing import Any, TypeAlias
from xml.etree import ElementTree as XmlTree

from fastapi import Response

Document: TypeAlias = Mapping[str, Any]
"""Ready for JSON."""

PROTOCOL_VERSION = "1.16.1"
"""The last of Subsonic itself, which OpenSubsonic goes on from."""

NAMESPACE = "http://subsonic.org/restapi"
XML_TYPE = "text/xml; charset=utf-8"
JSON_TYPE = "application/json"

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, however it is written; tags of files hold anything."""


def answer(document: Document, form: str) -> Response:
    """An answer that all is well."""
    return _enveloped({"status": "ok"}, document, form)


def refusal(code: int, message: str, form: str, help_url: str | None = None) -> Response:
    """An answer that something is not; the status of HTTP is 200 even then."""
    error: dict[str, Any] = {"code": code, "message": message}
    if help_url is not None:
        error["helpUrl"] = help_url
    return _enveloped({"status": "failed"}, {"error": error}, form)


def _enveloped(status: Document, document: Document, form: str) -> Response:
    head = {
        **status,
        "version": PROTOCOL_VERSION,
        "type": "audio-ident",
        "serverVersion": metadata.version("audio-ident"),
        "openSubsonic": True,
    }
    headers = {"Cache-Control": "no-store"}
    if form == "json":
        body = json.dumps({"subsonic-response": {**head, **document}}, allow_nan=False)
        return Response(body, media_type=JSON_TYPE, headers=headers)
    root = XmlTree.Element("subsonic-response", {"xmlns": NAMESPACE})
    _fill(root, {**head, **document})
    body = XmlTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type=XML_TYPE, headers=headers)


def _fill(element: XmlTree.Element, document: Document) -> None:
    for name, value in document.items():
        if isinstance(value, Mapping):
            _fill(XmlTree.SubElement(element, name), value)
        elif isinstance(value, list):
            for each in value:
                child = XmlTree.SubElement(element, name)
                if isinstance(each, Mapping):
                    _fill(child, each)
                else:
                    child.text = _text(each)
        elif value is not None:
            element.set(name, _text(value))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NO_XML.sub("\ufffd", str(value))
