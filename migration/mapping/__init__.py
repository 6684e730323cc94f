from migration.mapping.comparing import Bend
from migration.mapping.fields import CONTENT_KINDS, Derived, Field, Kind
from migration.mapping.mapper import FieldDifference, Mapper

__all__ = ["CONTENT_KINDS", "Bend", "Derived", "Field", "FieldDifference", "Kind", "Mapper"]
