"""Settings of a workspace: read from studium.toml and the environment, validated, typed.

Enters: a folder, the environment. Leaves: a `Workspace`: its `Settings` and paths.
"""

from studium.config.privacy import PrivacySettings
from studium.config.reading import unknown_variables
from studium.config.reference import SettingInfo, list_settings, list_source_settings, sections
from studium.config.serving import OidcSettings, ServeSettings
from studium.config.settings import (
    BuildSettings,
    GeographySettings,
    LandingSettings,
    PublishSettings,
    QuerySettings,
    Settings,
    Source,
)
from studium.config.workspace import (
    SETTINGS_FILE,
    Workspace,
    open_workspace,
    write_default_settings,
)

__all__ = [
    "SETTINGS_FILE",
    "BuildSettings",
    "GeographySettings",
    "LandingSettings",
    "OidcSettings",
    "PrivacySettings",
    "PublishSettings",
    "QuerySettings",
    "ServeSettings",
    "SettingInfo",
    "Settings",
    "Source",
    "Workspace",
    "list_settings",
    "list_source_settings",
    "open_workspace",
    "sections",
    "unknown_variables",
    "write_default_settings",
]
