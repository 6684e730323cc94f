"""Archives from a shell."""

from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.utils import timezone

from migration.management.steps.step import Context, add_dataset, step
from migration.models import DatasetArchive


def _add_archive(parser: ArgumentParser) -> None:
    add_dataset(parser, is_optional=False)
    parser.add_argument("--reason", required=True, help="kept in the audit trail")


@step("archive", "write a checksummed copy of a dataset that is done", _add_archive)
def write(context: Context) -> None:
    from migration.services.archive import write_archive  # only this step writes

    options = context.options
    with context.show_progress(of=options["dataset"]) as bar:
        archive = write_archive(
            name=options["dataset"],
            actor=context.actor,
            reason=options["reason"],
            now=timezone.now(),
            on_progress=lambda rows: bar.update(rows - bar.n),
        )
    context.print(describe_archive(archive))


@step("archives", "list the archives")
def show(context: Context) -> None:
    for archive in DatasetArchive.objects.select_related("dataset").order_by("pk"):
        context.print(describe_archive(archive))


def _add_existing(parser: ArgumentParser) -> None:
    parser.add_argument("archive", type=int, help="its number, as `archives` lists it")
    parser.add_argument("--json", action="store_true")


@step("verify-archive", "read an archive whole and compare its checksum", _add_existing)
def verify(context: Context) -> None:
    from migration.services.archive import verify_archive  # only this step reads files

    rows = verify_archive(archive=_get(context))
    context.print({"archive": context.options["archive"], "rows": rows, "is whole": True})


def _add_restore(parser: ArgumentParser) -> None:
    _add_existing(parser)
    parser.add_argument("--reason", required=True, help="kept in the audit trail")


@step("restore-archive", "insert the rows of an archive that PostgreSQL lacks", _add_restore)
def restore(context: Context) -> None:
    from migration.services.archive import restore_archive  # only this step writes

    archive = _get(context)
    with context.show_progress(of=archive.dataset.name) as bar:
        result = restore_archive(
            archive=archive,
            actor=context.actor,
            reason=context.options["reason"],
            now=timezone.now(),
            on_progress=lambda rows: bar.update(rows - bar.n),
        )
    context.print({"dataset": archive.dataset.name, **vars(result)})


def describe_archive(archive: DatasetArchive) -> dict[str, object]:
    """Return what is known of an archive, as JSON."""
    return {
        "archive": archive.pk,
        "dataset": archive.dataset.name,
        "rows": archive.rows,
        "bytes": archive.size,
        "sha256": archive.sha256,
        "path": archive.path,
        "keep_until": archive.keep_until.isoformat(),
    }


def _get(context: Context) -> DatasetArchive:
    found = DatasetArchive.objects.select_related("dataset").filter(pk=context.options["archive"]).first()
    if found is None:
        raise CommandError(f"There is no archive {context.options['archive']}.")
    return found
