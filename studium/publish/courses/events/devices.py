"""What a user agent says about device, operating system and browser: a short table of rules.

Enters: the text that a client sends of itself. Leaves: SQL over it; the first rule that matches wins.
Agents lie and are frozen by makers of browsers, so there are few values, and `other` where no rule matches.
"""

from enum import StrEnum


class Device(StrEnum):
    """What is asked of a user agent."""

    DEVICE = "device"
    OS = "os"
    BROWSER = "browser"


# Regular expressions as RE2 reads them, case counts. An empty or absent agent is `unknown`.
DEVICE_RULES: dict[Device, tuple[tuple[str, str], ...]] = {
    Device.DEVICE: (
        ("bot", r"[Bb]ot\b|[Cc]rawler|[Ss]pider|Slurp|facebookexternalhit|HeadlessChrome"),
        ("program", r"^(curl|Wget|python-|Python|Java/|Go-http-client|Ruby|PostmanRuntime|okhttp)"),
        ("tablet", r"iPad|Tablet|PlayBook|Kindle|Silk/"),
        ("phone", r"iPhone|iPod|Windows Phone|Mobile|Dalvik|edX/|CFNetwork"),
        ("tablet", r"Android"),
        ("computer", r"Windows NT|Macintosh|X11|CrOS|Linux"),
    ),
    Device.OS: (
        ("Windows Phone", r"Windows Phone"),
        ("iOS", r"iPhone|iPad|iPod|CFNetwork.*Darwin|iOS"),
        ("Android", r"Android|Dalvik"),
        ("ChromeOS", r"CrOS"),
        ("Windows", r"Windows"),
        ("macOS", r"Macintosh|Mac OS X"),
        ("Linux", r"Linux|X11"),
    ),
    Device.BROWSER: (
        ("app", r"Dalvik|CFNetwork|edX/|org\.edx"),
        ("Edge", r"Edge?/|EdgA/|EdgiOS/"),
        ("Opera", r"OPR/|Opera|OPiOS/"),
        ("Samsung Internet", r"SamsungBrowser/"),
        ("Firefox", r"Firefox/|FxiOS/"),
        ("Chrome", r"Chrome/|Chromium/|CriOS/"),
        ("Internet Explorer", r"MSIE |Trident/"),
        ("Safari", r"Version/.*Safari/|iPhone|iPad"),
    ),
}


def device_sql(device: Device, column: str) -> str:
    """SQL that names the device, operating system or browser of the agent in `column`."""
    rules = " ".join(
        f"when regexp_matches({column}, '{pattern}') then '{name}'"
        for name, pattern in DEVICE_RULES[device]
    )
    return f"case when coalesce({column}, '') = '' then 'unknown' {rules} else 'other' end"
