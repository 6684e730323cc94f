"""Reads of brands, and who acts for which."""

from django.db.models import QuerySet

from creators.enums import BrandRole
from creators.errors import BrandNotChosen, NotABrandMember
from creators.models import Brand, User


def list_brands(*, acting_user: User) -> QuerySet[Brand]:
    """Return the brands a user acts for; all for staff."""
    brands = Brand.objects.filter(is_active=True)
    if acting_user.is_staff:
        return brands
    return brands.filter(members__user=acting_user, members__role__in=[BrandRole.OWNER, BrandRole.MEMBER])


def get_acting_brand(*, acting_user: User, slug: str = "") -> Brand:
    """Return the brand a user acts for: the named one, else his only one.

    Raises:
        NotABrandMember: the brand is unknown or not his, or he has none; the same words for all.
        BrandNotChosen: he has several and named none.
    """
    brands = list_brands(acting_user=acting_user)
    found = list((brands.filter(slug=slug) if slug else brands).order_by("pk")[:2])
    if not found:
        raise NotABrandMember("You do not act for this brand, or for any.")
    if len(found) > 1:
        raise BrandNotChosen("You act for several brands: name one.")
    return found[0]
