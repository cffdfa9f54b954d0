"""Every role × every address × every dataset of the dictionary, against an oracle that filters in Python."""
