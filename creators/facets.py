"""Bits of what there are few of: a creator's platforms and categories in one whole number each."""

from collections.abc import Mapping

from creators.categories import CATEGORIES
from creators.enums import Platform

PLATFORM_BITS: Mapping[str, int] = {name: 1 << place for place, name in enumerate(Platform.values)}
CATEGORY_BITS: Mapping[str, int] = {name: 1 << place for place, name in enumerate(CATEGORIES)}
