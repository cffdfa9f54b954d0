"""HTTP as a source of raw bytes. Front door: `Client` fetches one address within limits, again after passing faults."""

from studium.sources.http.answers import HttpAnswer
from studium.sources.http.client import CHECK, Client, FetchLimits
from studium.sources.http.tokens import BearerTokens, Credentials

__all__ = ["CHECK", "BearerTokens", "Client", "Credentials", "FetchLimits", "HttpAnswer"]
