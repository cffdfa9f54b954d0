"""Where raw data is. Front door: `find_files` turns settings or named paths into raw files, reading none of them."""

from studium.sources.folders import RawFile, find_files

__all__ = ["RawFile", "find_files"]
