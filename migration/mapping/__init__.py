from migration.mapping.fields import Derived, Field, Kind
from migration.mapping.mapper import FieldDifference, Mapper

__all__ = ["Derived", "Field", "FieldDifference", "Kind", "Mapper"]
