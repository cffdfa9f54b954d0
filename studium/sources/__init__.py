"""Where raw data is. Front door: `find_files` turns settings or paths into raw files, fetched where needed."""

from studium.sources.finding import find_files
from studium.sources.folders import RawFile

__all__ = ["RawFile", "find_files"]
