"""Give creators more of a feature than everybody has."""

from billing.services.grants.granting import grant_quota

__all__ = ["grant_quota"]
