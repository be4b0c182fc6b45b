"""How the service tells how it is."""

import pydantic

from audio_ident.library.readiness import Report, State


class Health(pydantic.BaseModel):
    """The process answers; the shape of the first version of the API."""

    status: str = pydantic.Field(description="Always `ok`.", examples=["ok"])
    version: str = pydantic.Field(description="Version of the program.", examples=["0.1.0"])


class Component(pydantic.BaseModel):
    """How well one part works."""

    status: State = pydantic.Field(description="State of the part.")
    reason: str = pydantic.Field(description="What is wrong; empty when nothing is.")
    remedy: str = pydantic.Field(description="What can be done about it.")


class ReadinessReport(pydantic.BaseModel):
    """How well each part works, some seconds ago at most."""

    status: State = pydantic.Field(
        description="`ok`; `degraded` when a part does not work and others do; `loading` or "
        "`failed` when nothing can be served."
    )
    version: str = pydantic.Field(description="Version of the program.")
    components: dict[str, Component] = pydantic.Field(description="The parts by name.")

    model_config = pydantic.ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "degraded",
                    "version": "0.1.0",
                    "components": {
                        "catalogue": {"status": "ok", "reason": "", "remedy": ""},
                        "index": {
                            "status": "failed",
                            "reason": "A file of the fingerprint index fails its checksum.",
                            "remedy": "Run `audio-ident rebuild`: it makes the index again "
                            "without decoding any audio.",
                        },
                    },
                }
            ]
        }
    )


class BuildVersion(pydantic.BaseModel):
    """Which program this is."""

    name: str = pydantic.Field(description="Name of the program.", examples=["audio-ident"])
    version: str = pydantic.Field(description="Its version.", examples=["0.1.0"])
    git_sha: str = pydantic.Field(
        description="Commit it was built from, or `unknown`.", examples=["2c8fc0b"]
    )
    build_time: str = pydantic.Field(
        description="When it was built, or `unknown`.", examples=["2026-11-21T12:00:00Z"]
    )


def readiness_report(report: Report, version: str) -> ReadinessReport:
    """A report as it is answered."""
    return ReadinessReport(
        status=report.state,
        version=version,
        components={
            name: Component(
                status=condition.state, reason=condition.reason, remedy=condition.remedy
            )
            for name, condition in report.components.items()
        },
    )
