"""The description of the API as a page for people: plain HTML, nothing is loaded from elsewhere."""

import html
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
code { background: #8882; border-radius: 3px; padding: 0 .25em }
table { border-collapse: collapse } td { padding: .1rem 1rem .1rem 0; vertical-align: top }
:root { color-scheme: light dark }"""


def reference_page(document: Json) -> str:
    """The page of a description."""
    title = f"{document['info']['title']} {document['info']['version']}"
    parts = (
        f"<h2>{_text(tag['name'])}</h2><p>{_text(tag['description'])}</p>{operations}"
        for tag in document["tags"]
        if (operations := "".join(_operations(document, tag["name"])))
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{_text(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style><h1>{_text(title)}</h1>"
        f"<p>{_text(document['info']['description'])}</p>"
        '<p>For programs: <a href="openapi.json">openapi.json</a>.</p>'
        f"{''.join(parts)}</html>\n"
    )


def _operations(document: Json, tag: str) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield _operation(f"{method.upper()} {path}", operation)


def _operation(name: str, operation: Json) -> str:
    text = operation.get("description") or operation["summary"]
    parameters = [
        (parameter["name"], parameter["in"], parameter.get("description", ""))
        for parameter in operation.get("parameters", ())
    ]
    body = (
        [("body", ", ".join(operation["requestBody"]["content"]), "")]
        if ("requestBody" in operation)
        else []
    )
    answers = [
        (status, "", response["description"]) for status, response in operation["responses"].items()
    ]
    rows = "".join(_row(row) for row in (*parameters, *body, *answers))
    return (
        f'<details><summary id="{_text(operation["operationId"])}"><code>{_text(name)}</code> '
        f"{_text(operation['summary'])}</summary><p>{_text(text)}</p><table>{rows}</table></details>"
    )


def _row(cells: tuple[str, str, str]) -> str:
    first, second, third = map(_text, cells)
    return f"<tr><td><code>{first}</code></td><td>{second}</td><td>{third}</td></tr>"


def _text(text: str) -> str:
    return html.escape(text)
