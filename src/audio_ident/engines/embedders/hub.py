"""Files of a model repository on a hub that speaks as Hugging Face does, over HTTPS.

Only what is public is asked for, without any key. Redirects lead to HTTPS addresses only; sizes are
those that the hub stated before; what arrives is compared with the digest that it stated. A file
that was interrupted goes on where it stopped.
"""

import contextlib
import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import httpx

from audio_ident.errors import BadInput
from audio_ident.vibe_errors import ModelInvalid, ModelUnreachable

ENDPOINT = "https://huggingface.co"

COMMIT = re.compile(r"[0-9a-f]{40}")

OnBytes: TypeAlias = Callable[[int], None]
"""Told how many bytes of a file are here."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_MOST_REDIRECTS = 5
_MOST_ANSWER_BYTES = 8 * 2**20
_BLOCK_BYTES = 2**18
_TIMEOUT_S = 60.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HubFile:
    """A file as the hub lists it; one of the two digests is there."""

    path: str
    size_bytes: int
    sha256: str
    """Of large files, else empty."""
    git_digest: str
    """Of small ones: SHA-1 over a header and the content, as git names them."""


class Hub:
    """A connection to a hub.

    Parameters
    ----------
    endpoint
        `https://` and a host; `http://` for this machine only.

    Raises
    ------
    BadInput
        The address is none that we would ask.
    """

    def __init__(self, endpoint: str = ENDPOINT) -> None:
        self._endpoint = httpx.URL(endpoint.rstrip("/"))
        is_local = self._endpoint.scheme == "http" and self._endpoint.host in _LOOPBACK
        if not (self._endpoint.scheme == "https" or is_local) or self._endpoint.userinfo:
            raise BadInput(f"{endpoint[:200]} is no https address of a hub")
        self._client = httpx.Client(
            timeout=_TIMEOUT_S,
            follow_redirects=False,
            headers={"User-Agent": "audio-ident", "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def commit_of(self, repository: str, revision: str) -> str:
        """The commit that a branch, a tag or a commit is at this moment."""
        if not _REPOSITORY.fullmatch(repository) or not _REVISION.fullmatch(revision):
            raise BadInput(f"{repository[:200]} at {revision[:100]} is no model repository")
        document = self._json(f"/api/models/{repository}/revision/{quote(revision, safe='')}")
        commit = document.get("sha") if isinstance(document, dict) else None
        if not isinstance(commit, str) or not COMMIT.fullmatch(commit):
            raise ModelUnreachable(f"the hub does not say which commit of {repository} that is")
        if COMMIT.fullmatch(revision) and commit != revision:
            raise ModelInvalid(f"the hub gives another commit of {repository} than was asked for")
        return commit

    def files(self, repository: str, commit: str) -> Mapping[str, HubFile]:
        """Files of a commit, by path."""
        listed = self._json(f"/api/models/{repository}/tree/{commit}?recursive=true")
        if not isinstance(listed, list):
            raise ModelUnreachable(f"the hub does not list the files of {repository}")
        with contextlib.suppress(KeyError, TypeError, ValueError):
            files = [_file(entry) for entry in listed if entry["type"] == "file"]
            return {file.path: file for file in files}
        raise ModelUnreachable(f"the hub lists the files of {repository} in an unknown way")

    def download(
        self, source: tuple[str, str], file: HubFile, target: Path, on_bytes: OnBytes
    ) -> None:
        """Fetch a file of a repository and commit; what of it is at the target is kept.

        Raises
        ------
        ModelUnreachable
            The hub does not answer, or stops; the target then holds what came.
        ModelInvalid
            What came is not what the hub said; it is deleted.
        """
        have = target.stat().st_size if target.exists() else 0
        if have > file.size_bytes:
            target.unlink()
            have = 0
        if have < file.size_bytes:
            self._append(source, file, target, on_bytes)
        if target.stat().st_size != file.size_bytes or not _is_as_stated(target, file):
            target.unlink()
            raise ModelInvalid(f"{file.path} is not what the hub says that it is")
        on_bytes(file.size_bytes)

    def _append(
        self, source: tuple[str, str], file: HubFile, target: Path, on_bytes: OnBytes
    ) -> None:
        repository, commit = source
        path = f"/{repository}/resolve/{commit}/{quote(file.path)}"
        have = target.stat().st_size if target.exists() else 0
        headers = {"Range": f"bytes={have}-"} if have else {}
        with self._answer(path, headers) as answer:
            goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT and answer.headers.get(
                "Content-Range", ""
            ).startswith(f"bytes {have}-")
            have = have if goes_on else 0
            with target.open("ab" if goes_on else "wb") as output:
                for block in answer.iter_raw():
                    have += len(block)
                    if have > file.size_bytes:
                        break
                    output.write(block)
                    on_bytes(have)
        if have > file.size_bytes:
            target.unlink()
            raise ModelInvalid(f"{file.path} is longer than the hub says that it is")
        if have < file.size_bytes:
            raise ModelUnreachable(f"the connection ended before all of {file.path} was here")

    def _json(self, path: str) -> Any:  # noqa: ANN401 -- whatever the hub says
        content = bytearray()
        with self._answer(path, {"Accept": "application/json"}) as answer:
            for block in answer.iter_raw():
                content += block
                if len(content) > _MOST_ANSWER_BYTES:
                    raise ModelUnreachable("the hub says too much")
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ModelUnreachable("the hub answers with something that is no JSON") from error

    @contextlib.contextmanager
    def _answer(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The answer at the end of all redirects."""
        address = httpx.URL(f"{self._endpoint}{path}")
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                with self._client.stream("GET", address, headers=dict(headers)) as answer:
                    if answer.status_code not in _REDIRECTS:
                        _refuse_failure(answer)
                        yield answer
                        return
                    address = self._next(address, answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ModelUnreachable(f"{address.host} does not answer: {error}") from error
        raise ModelUnreachable(f"{address.host} redirects without end")

    def _next(self, address: httpx.URL, answer: httpx.Response) -> httpx.URL:
        target = address.join(answer.headers.get("Location", ""))
        is_same = (target.scheme, target.host, target.port) == (
            self._endpoint.scheme,
            self._endpoint.host,
            self._endpoint.port,
        )
        if target.scheme != "https" and not is_same:
            raise ModelUnreachable(f"{address.host} leads to an address that is not https")
        return target


def _refuse_failure(answer: httpx.Response) -> None:
    if answer.status_code not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
        raise ModelUnreachable(f"{answer.url.host} answers with status {answer.status_code}")


def _file(entry: Any) -> HubFile:  # noqa: ANN401 -- whatever the hub says
    large = entry.get("lfs") or {}
    return HubFile(
        path=str(entry["path"]),
        size_bytes=int(entry["size"]),
        sha256=str(large.get("oid", "")),
        git_digest="" if large else str(entry["oid"]),
    )


def _is_as_stated(path: Path, file: HubFile) -> bool:
    """Whether a file has the digest that the hub stated; one without any is not believed."""
    if file.sha256:
        digest, stated = hashlib.sha256(), file.sha256
    else:
        digest, stated = hashlib.sha1(usedforsecurity=False), file.git_digest
        digest.update(b"blob %d\0" % file.size_bytes)
    with path.open("rb") as content:
        while block := content.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest() == stated
