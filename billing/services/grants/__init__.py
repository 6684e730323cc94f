"""Give creators more of a feature than everybody has."""

from billing.services.grants.granting import grant_by_staff, grant_quota

__all__ = ["grant_by_staff", "grant_quota"]
