from veri.platform.events.services.deliver import deliver_now
from veri.platform.events.services.maintain import purge_dead, replay_events, retry_dead, wait_for_deliveries
from veri.platform.events.services.publish import publish_event, publish_events, publish_for_new_row

__all__ = [
    "deliver_now",
    "publish_event",
    "publish_events",
    "publish_for_new_row",
    "purge_dead",
    "replay_events",
    "retry_dead",
    "wait_for_deliveries",
]
