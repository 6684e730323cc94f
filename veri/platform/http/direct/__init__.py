"""Answers on the event loop for the paths where thousands wait at once; everything else is Django's."""

from veri.platform.http.direct.application import DirectApplication
from veri.platform.http.direct.exchange import Declined, Endpoint, Reply

__all__ = ["Declined", "DirectApplication", "Endpoint", "Reply"]
