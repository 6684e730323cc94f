from creators.normalisers.envelope import Delivery, Envelope
from creators.normalisers.registry import normalise

__all__ = ["Delivery", "Envelope", "normalise"]
