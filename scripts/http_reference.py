"""Writes docs/reference/http-api.md from the description of the API; --check compares."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi import openapi_document
from pages import table_row, write_or_check

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/http-api.md"

Json = dict[str, Any]

HEADER = """\
# HTTP API

`audio-ident serve` answers at `http://127.0.0.1:17010`; the settings `host`, `port` and
`base_path` change that. [`openapi.json`](openapi.json) describes the API for programs: a running
service answers it at `/openapi.json`.

## What holds for every request

- **Errors** have one shape, `application/problem+json` (RFC 9457): `type`, `title`, `status`,
  `detail`, `code`, `remedy`, and the original `error` object with `code`, `message` and `details`.
  Codes are stable; `type` is a path of the service (`/api/v1/codes/...`) that explains the code to
  everybody; [all of them](errors.md). `details` never repeats what was sent.
- **Every answer** has an `X-Request-ID`, which the log names too, and headers that forbid other
  pages to embed it and shared caches to keep it.
- **Busy or unavailable**: 429 and 503 tell in `Retry-After` when trying again makes sense. While
  the library cannot be opened, because its database is down or its disk is missing, the service
  runs, answers 503 and goes on trying; `/health/ready` tells the reason and the remedy.
- **Bodies** may have 1 MiB, uploads what `max_clip_bytes` or `max_upload_bytes` allow; more is
  answered 413 while it arrives, another kind than the route takes 415. After 30 s without a byte,
  or with less than 1 KiB/s on the whole after that time, the answer is 408.
- **Headers** may have 32 KiB and the address 8 KiB together with them (431, 414), and must be there
  20 s after the connection was opened. At most 4096 connections are open at once.
- **Names**: as long as the service listens on a loopback address, it answers only to `localhost`,
  `*.localhost`, loopback addresses and the `host` of the settings (421 otherwise). A page on the
  internet could otherwise let its own name point to this machine and read the library.
- **Reverse proxies**: `X-Forwarded-For` and `X-Forwarded-Proto` are believed from the addresses
  and networks in `trusted_proxies` only, and what such a proxy sends may have any name. With
  `base_path` the service lies below a path, whether or not the proxy takes the path away. Nothing
  should buffer event streams: they say so with `X-Accel-Buffering: no`.
- **Other origins** may call the API only when `cors_origins` names them.
- **Watching over it**: `/health/live` answers as long as the process does, `/health/ready` tells
  how each part works, `/metrics` is for Prometheus, which sends `metrics_token` if one is set.
  With `NOTIFY_SOCKET` in the environment, systemd is told when the service is ready and stops.
- **Stopping**: with SIGTERM or Ctrl-C, requests have 3 s to end; event streams end at once.

Every operation can also answer with the common errors that `openapi.json` lists: 400, 421, 431,
500 and 503; 401 and 403 where somebody must be known; 408, 413, 414, 415 and 422 where there is
something to send.

This page is made from the code by `make docs`.
"""

COMMON = frozenset(
    {"400", "401", "403", "408", "413", "414", "415", "421", "422", "431", "500", "503"}
)
"""Statuses that the introduction explains; an operation tells them when it names more codes."""


def http_reference() -> str:
    """The page."""
    document = openapi_document()
    return HEADER + "".join(_group(document, tag) for tag in document["tags"])


def _group(document: Json, tag: Json) -> str:
    operations = [
        _operation(method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if tag["name"] in operation.get("tags", ())
    ]
    title = tag["name"][0].upper() + tag["name"][1:]
    return f"\n## {title}\n\n{tag['description']}\n" + "".join(operations)


def _operation(method: str, path: str, operation: Json) -> str:
    text = operation.get("description") or operation["summary"]
    parts = [f"\n### `{method} {path}`\n\n{text}\n"]
    if operation.get("parameters"):
        parts += ["\n| parameter | in | type | default | meaning |\n|---|---|---|---|---|\n"]
        parts += [table_row(_parameter(parameter)) for parameter in operation["parameters"]]
    if "requestBody" in operation:
        parts.append(f"\nBody: {_content(operation['requestBody'])}.\n")
    parts += ["\n| status | answer |\n|---|---|\n"]
    parts += [table_row(row) for row in _answers(operation["responses"])]
    return "".join(parts)


def _parameter(parameter: Json) -> tuple[str, ...]:
    schema = parameter.get("schema", {})
    name = f"`{parameter['name']}`" + (" (required)" if parameter.get("required") else "")
    default = f"`{schema['default']}`" if schema.get("default") is not None else ""
    meaning = parameter.get("description", "").replace("\n", " ").replace("|", "\\|")
    return name, parameter["in"], _type(schema).replace("|", "\\|"), default, meaning


def _type(schema: Json) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " or ".join(_type(part) for part in schema[word] if part.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    words = [str(schema.get("format") or schema.get("type", "any"))]
    if "enum" in schema:
        words = [", ".join(f"`{value}`" for value in schema["enum"])]
    words += [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "up to length"))
        if key in schema
    ]
    return " ".join(words)


def _content(body: Json) -> str:
    return " or ".join(
        f"`{media_type}`"
        + (f" {_type(part['schema'])}" if "$ref" in part.get("schema", {}) else "")
        for media_type, part in body.get("content", {}).items()
    )


def _answers(responses: Json) -> Iterator[tuple[str, str]]:
    for status, response in responses.items():
        is_error = int(status) >= 400
        codes = [code for code in response["description"].split(", ") if code.isupper()]
        if is_error and status in COMMON and not _names_more(status, codes, response):
            continue
        if codes:
            yield status, ", ".join(f"[`{code}`](errors.md#{code.lower()})" for code in codes)
        else:
            content = _content(response)
            yield status, f"{response['description'].rstrip('.')}. {content}".strip()


def _names_more(status: str, codes: list[str], response: Json) -> bool:
    usual = {"500": 1, "503": 2}.get(status, 1)
    return len(codes) > usual or "application/problem+json" not in response.get("content", {})


if __name__ == "__main__":
    write_or_check(PAGE, http_reference(), sys.argv)
