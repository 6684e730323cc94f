from django_celery_beat.models import PeriodicTask

from veri.platform.ops.services.schedule import install_default_schedule


def test_schedule_is_installed_once_and_staff_changes_stay(db, settings):
    created = install_default_schedule()
    changed = PeriodicTask.objects.get(name="ops: deliver notices")
    PeriodicTask.objects.filter(pk=changed.pk).update(enabled=False)
    PeriodicTask.objects.filter(name="ops: beat heartbeat").delete()

    again = install_default_schedule()

    assert sorted(created) == sorted(settings.DEFAULT_SCHEDULE)
    assert again == ["ops: beat heartbeat"]
    assert PeriodicTask.objects.get(pk=changed.pk).enabled is False
