"""Interactions behind one interface with an adapter per store."""

from creators.stores.interactions import InteractionRecord, InteractionStore
from creators.stores.mongo import MongoInteractionStore
from creators.stores.postgres import PostgresInteractionStore

__all__ = ["InteractionRecord", "InteractionStore", "MongoInteractionStore", "PostgresInteractionStore"]
