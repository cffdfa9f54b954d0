"""The commands of the server: how it is stopped, and accounts."""
