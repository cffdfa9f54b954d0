"""What can be set in studium.toml: every field with its type, bounds, default and meaning.

Enters: nothing. Leaves: `Settings`: the reader validates by it, the docs are made from it.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from studium.config.privacy import PrivacySettings
from studium.config.serving import OidcSettings, ServeSettings

NEWEST_VERSION = 1
_DEFAULT_PATTERNS = ["*"]


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """A `[[sources]]` entry: where raw files are."""

    name: Annotated[
        str,
        Meta(
            pattern="^[a-z0-9][a-z0-9_-]*$",
            description="Short name of the source: lower case letters, digits, `_` and `-`.",
        ),
    ]
    path: Annotated[
        str,
        Meta(
            description="Of a folder: the file or folder; a relative path begins at studium.toml.",
        ),
    ] = ""
    patterns: Annotated[
        list[str], Meta(min_length=1, description="Which file names of the folder are landed.")
    ] = field(default_factory=_DEFAULT_PATTERNS.copy)
    kind: Annotated[
        Literal["folder", "discovery"],
        Meta(description="Where they are: in a folder, or at a Course Discovery API."),
    ] = "folder"
    url: Annotated[
        str,
        Meta(description="Of an API: its address, such as https://discovery.example.org/api/v1/."),
    ] = ""
    token_url: Annotated[
        str, Meta(description="Where the API's tokens are given; empty: it needs none.")
    ] = ""
    client_id_variable: Annotated[
        str, Meta(description="Environment variable that holds the client id.")
    ] = "DISCOVERY_CLIENT_ID"
    client_secret_variable: Annotated[
        str, Meta(description="Environment variable that holds the client secret.")
    ] = "DISCOVERY_CLIENT_SECRET"  # noqa: S105 - the name of a variable
    page_size: Annotated[
        int, Meta(ge=1, le=1000, description="How many entries are asked for at once.")
    ] = 100
    requests_per_second: Annotated[
        float, Meta(ge=0.01, le=1000, description="Requests that the server gets at most.")
    ] = 5.0
    attempts: Annotated[
        int, Meta(ge=1, le=100, description="How often a request is tried before it fails.")
    ] = 6
    timeout_seconds: Annotated[
        int, Meta(ge=1, description="Time that one answer may take, in seconds.")
    ] = 120
    maximum_answer_mb: Annotated[
        int, Meta(ge=1, description="Size that one answer may have, unpacked, in MB.")
    ] = 64
    allow_private: Annotated[
        bool,
        Meta(description="Whether the server may have a private address, and speak plain HTTP."),
    ] = False


class LandingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of the processes that read foreign files."""

    processes: Annotated[
        int, Meta(ge=1, le=256, description="How many files are read at the same time.")
    ] = 2
    memory_limit_mb: Annotated[
        int, Meta(ge=256, description="Memory that one reading process may take, in MB.")
    ] = 3000
    time_limit_seconds: Annotated[
        int, Meta(ge=1, description="Time that one file may take, in seconds.")
    ] = 3600
    courses: Annotated[
        list[str],
        Meta(description="Course keys that file names of data packages may mean."),
    ] = field(default_factory=list[str])
    scopes: Annotated[
        list[Annotated[str, Meta(pattern="^[^=]+=[^=]+$")]],
        Meta(
            description="Whose rows lie in folders whose names do not say so, a pattern before kind and id of a"
            ' scope: `"salem-*=district salem"`, `"archive=site"`.'
        ),
    ] = field(default_factory=list[str])
    drift: Annotated[
        Literal["evolve", "quarantine"],
        Meta(
            description="What happens to a dump with new or missing columns: `evolve` takes it,"
            " `quarantine` keeps its lines apart."
        ),
    ] = "evolve"


class BuildSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The interval [events_from, as_of) of event dates, and which definitions are used."""

    events_from: (
        Annotated[
            date,
            Meta(description="First event date that counts; not set: the first day of the lake."),
        ]
        | None
    ) = None
    as_of: (
        Annotated[
            date,
            Meta(description="Day after the last one that counts; not set: after the last event."),
        ]
        | None
    ) = None
    compat: Annotated[
        bool,
        Meta(description="Compute as the published systems do, their known mistakes included."),
    ] = False
    anonymous_username: Annotated[
        str,
        Meta(
            pattern="^[A-Za-z0-9_.@+-]{0,30}$",
            description="A name under which events without a user name count in module_engagement; "
            "empty: they do not count.",
        ),
    ] = ""
    tables: Annotated[
        list[str],
        Meta(
            description="Tables that are published, and built with what they read; empty: all of them."
        ),
    ] = field(default_factory=list[str])
    threads: Annotated[int, Meta(ge=1, le=256, description="Threads of the build.")] = 2
    memory_limit_mb: Annotated[
        int, Meta(ge=256, description="Memory of the build in MB; beyond it DuckDB spills.")
    ] = 1500


class GeographySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where people are, by the address of their requests."""

    database: Annotated[
        str,
        Meta(
            description="A .mmdb file in MaxMind's format; empty: the countries that Studium brings."
        ),
    ] = ""


_AREA_BOUND = (
    "^[a-z][a-z0-9_]*[.](minimum_events|minimum_rows|maximum_age_days|maximum_days_ahead"
    "|maximum_drop_percent|maximum_quarantined_percent) *= *[0-9]+([.][0-9]+)?$"
)


class PublishSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds of the departure gate, and how many releases are kept."""

    keep_releases: Annotated[
        int,
        Meta(ge=1, description="Releases kept; the current one and one being read always are."),
    ] = 5
    events: Annotated[
        bool,
        Meta(
            description="Whether a release holds its events too, for questions about any field of them."
        ),
    ] = True
    readers: Annotated[
        str,
        Meta(
            description="Group of the system that may read lake and releases, but neither personal columns nor "
            "keys nor accounts; by default nobody but the user."
        ),
    ] = ""
    minimum_events: Annotated[
        int,
        Meta(
            ge=0, description="Refuse an area with logs that is made from fewer events than this."
        ),
    ] = 1
    minimum_rows: Annotated[
        int,
        Meta(
            ge=0,
            description="Refuse an area without logs whose tables have fewer rows than this together.",
        ),
    ] = 1
    maximum_age_days: (
        Annotated[
            int,
            Meta(
                ge=0,
                description="Refuse an area whose last event (without logs: delivery) is older; not set: any age.",
            ),
        ]
        | None
    ) = None
    maximum_days_ahead: (
        Annotated[
            int,
            Meta(
                ge=0,
                description="Refuse when an event is more days after today; not set: any future.",
            ),
        ]
        | None
    ) = None
    maximum_drop_percent: Annotated[
        float,
        Meta(
            ge=0,
            le=100,
            description="Refuse when a table lost more of its rows than this, beyond those of files that were"
            " taken back or lost.",
        ),
    ] = 50.0
    may_shrink: Annotated[
        list[str],
        Meta(
            description="Tables that may lose any share of their rows: `studium publish` with these once."
        ),
    ] = field(default_factory=list[str])
    maximum_quarantined_percent: Annotated[
        float,
        Meta(ge=0, le=100, description="Refuse when more of the lines are in quarantine."),
    ] = 100.0
    of_areas: Annotated[
        list[Annotated[str, Meta(pattern=_AREA_BOUND)]],
        Meta(
            description="A bound of one area in place of the one for all, an area and a bound before its value:"
            ' `"schools.minimum_rows=5000"`, `"schools.maximum_age_days=200"`.'
        ),
    ] = field(default_factory=list[str])

    def of(self, area: str) -> "PublishSettings":
        """The bounds for one area; raises ValidationError where a value is out of its limits."""
        own = {bound: value for whose, bound, value in self.bounds() if whose == area}
        return msgspec.convert(msgspec.structs.asdict(self) | own, PublishSettings)

    def bounds(self) -> list[tuple[str, str, float]]:
        """Area, bound and value of each of `of_areas`."""
        found = []
        for text in self.of_areas:
            name, value = text.split("=")
            area, bound = name.strip().split(".")
            number = float(value)
            found.append((area, bound, int(number) if number.is_integer() else number))
        return found


class QuerySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of one `studium query`, and of reading for an export."""

    memory_limit_mb: Annotated[
        int, Meta(ge=64, description="Memory of one query in MB; beyond it DuckDB spills.")
    ] = 1000
    threads: Annotated[int, Meta(ge=1, le=256, description="Threads of one query.")] = 2
    time_limit_seconds: Annotated[
        int,
        Meta(
            ge=1, description="Time that a query, or reading for an export, may take, in seconds."
        ),
    ] = 600
    temporary_limit_mb: Annotated[
        int, Meta(ge=0, description="Temporary files that one query may write, in MB.")
    ] = 10_000


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of studium.toml."""

    version: Annotated[
        int, Meta(ge=1, description="Layout of the workspace; written by `studium init`.")
    ] = NEWEST_VERSION
    sources: list[Source] = msgspec.field(default_factory=list)
    landing: LandingSettings = LandingSettings()
    build: BuildSettings = BuildSettings()
    geography: GeographySettings = GeographySettings()
    publish: PublishSettings = PublishSettings()
    query: QuerySettings = QuerySettings()
    serve: ServeSettings = ServeSettings()
    oidc: OidcSettings = OidcSettings()
    privacy: PrivacySettings = PrivacySettings()
