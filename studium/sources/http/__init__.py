"""HTTP as a source of raw bytes. Front door: `Client` fetches one address within limits, again after passing faults."""

from studium.sources.http.answers import Answer
from studium.sources.http.client import CHECK, Client, Limits
from studium.sources.http.tokens import Credentials, Tokens

__all__ = ["CHECK", "Answer", "Client", "Credentials", "Limits", "Tokens"]
