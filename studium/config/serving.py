"""What can be set for the server: the tables [serve] and [oidc] of studium.toml.

Enters: nothing. Leaves: Structs with type, bounds, default and meaning of each setting.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

_ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]
_SCOPES = ["openid", "email", "profile"]


class ServeSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Pages and API: `studium serve`."""

    host: Annotated[str, Meta(min_length=1, description="Address on which the server listens.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(ge=0, le=65535, description="Its port; 0: any free one.")] = 8080
    workers: Annotated[int, Meta(ge=1, le=256, description="Processes that answer.")] = 1
    public_url: Annotated[
        str,
        Meta(
            description="Address in the browser, such as https://data.example.org, to which links in answers lead;"
            " empty: paths without a host, but for requests by the server's own address.",
        ),
    ] = ""
    trusted_proxies: Annotated[
        list[str], Meta(description="Addresses whose X-Forwarded-For and -Proto are believed.")
    ] = field(default_factory=list[str])
    secret: Annotated[
        str,
        Meta(
            description="Signs forms: at least 32 random characters; empty: keys/serve,"
            " which the first start makes."
        ),
    ] = ""
    pseudonym_key: Annotated[
        str,
        Meta(
            description="Key of researchers' pseudonyms: at least 32 random characters; empty:"
            " keys/pseudonyms, which the first start makes."
        ),
    ] = ""
    audit_key: Annotated[
        str,
        Meta(
            description="Key of the audit log's hashes: at least 32 random characters; empty:"
            " keys/audit, which the first start makes."
        ),
    ] = ""
    accounts_url: Annotated[
        str,
        Meta(
            description="Database of accounts and audit as SQLAlchemy names it, such as"
            " postgresql+psycopg://…; empty: accounts.sqlite in the workspace."
        ),
    ] = ""
    session_hours: Annotated[
        float, Meta(gt=0, le=8760, description="How long a sign-in holds, in hours.")
    ] = 12.0
    lockout_failures: Annotated[
        int,
        Meta(
            ge=1,
            description="Wrong passwords of one name from one address after which it is locked there;"
            " twenty times as many from all addresses lock it everywhere.",
        ),
    ] = 5
    lockout_minutes: Annotated[
        float, Meta(gt=0, description="How long failures count, and so the lock, in minutes.")
    ] = 15.0
    small_group: Annotated[
        int,
        Meta(
            ge=0,
            description="Counts of fewer people are hidden from institution viewers and researchers; 0: none.",
        ),
    ] = 10
    memory_limit_mb: Annotated[
        int,
        Meta(ge=64, description="Memory of all queries of a process in MB; then DuckDB spills."),
    ] = 1000
    threads: Annotated[int, Meta(ge=1, le=256, description="Threads of all queries.")] = 2
    time_limit_seconds: Annotated[
        float, Meta(gt=0, description="Time that one query may take, in seconds.")
    ] = 20.0
    export_limit_seconds: Annotated[
        float, Meta(gt=0, description="Time that one download may take, in seconds.")
    ] = 600.0
    temporary_limit_mb: Annotated[
        int, Meta(ge=0, description="Temporary files that queries may write, in MB.")
    ] = 4_000


class OidcSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Sign-in by OpenID Connect; off without an issuer."""

    issuer: Annotated[
        str,
        Meta(
            description="Issuer, below which /.well-known/openid-configuration is.",
        ),
    ] = ""
    client_id: Annotated[str, Meta(description="Name of this server at the issuer.")] = ""
    client_secret: Annotated[
        str, Meta(description="Its secret there; better as STUDIUM_OIDC__CLIENT_SECRET.")
    ] = ""
    scopes: Annotated[list[str], Meta(description="What is asked for.")] = field(
        default_factory=_SCOPES.copy
    )
    username_claim: Annotated[
        str,
        Meta(
            min_length=1,
            description="Claim that names the account; `email` counts only where email_verified is true.",
        ),
    ] = "preferred_username"
    algorithms: Annotated[
        list[str],
        Meta(min_length=1, description="Signatures that are taken; never none, never HS…."),
    ] = field(default_factory=_ALGORITHMS.copy)
    label: Annotated[
        str, Meta(min_length=1, max_length=60, description="What its button says.")
    ] = "Sign in with your institution"
