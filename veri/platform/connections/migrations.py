"""Migrations that add many tables without rendering every related model once for each of them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

ADDITIVE = (CreateModel, AddField, AddIndex, AddConstraint)


class AdditiveMigration(Migration):
    """A migration whose neighbouring additive operations change the state together, and then the database in order.

    Django renders all models related to a changed one, anew for each operation: with two hundred tables around one
    creator that takes ten times as long as PostgreSQL does. The tables are the same; see ``tests/platform``.
    """

    def apply(
        self,
        project_state: ProjectState,
        schema_editor: BaseDatabaseSchemaEditor,
        collect_sql: bool = False,  # noqa: FBT001, FBT002  Django's
    ) -> ProjectState:
        given, state = self.operations, project_state
        try:
            for some in _group(given):
                if len(some) > 1 and type(some[0]) in ADDITIVE and not collect_sql:
                    state = _apply_together(self.app_label, some, state, schema_editor)
                else:
                    self.__dict__["operations"] = some  # Django reads them here, one group at a time
                    state = super().apply(state, schema_editor, collect_sql)
        finally:
            self.__dict__["operations"] = given
        return state


def _group(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    for _, some in groupby(operations, key=lambda one: type(one) in ADDITIVE):
        yield list(some)


def _apply_together(
    app_label: str, operations: Sequence[Operation], state: ProjectState, schema_editor: BaseDatabaseSchemaEditor
) -> ProjectState:
    before = state.clone()
    rendered = state.__dict__.pop("apps", None)
    for one in operations:
        one.state_forwards(app_label, state)
    if rendered is not None:
        state.__dict__["apps"] = rendered
        state.reload_models(sorted({_get_key(app_label, one) for one in operations}), delay=False)
    created = {_get_key(app_label, one) for one in operations if isinstance(one, CreateModel)}
    for one in operations:
        if isinstance(one, CreateModel) or _get_key(app_label, one) not in created:  # else it came with its table
            one.database_forwards(app_label, schema_editor, before, state)
    return state


def _get_key(app_label: str, operation: Operation) -> tuple[str, str]:
    name = getattr(operation, "model_name", None) or getattr(operation, "name", "")  # of a table its own name
    return app_label, str(name).lower()
