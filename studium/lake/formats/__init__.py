"""One folder per kind of raw file: how its bytes become rows of a lake dataset."""
