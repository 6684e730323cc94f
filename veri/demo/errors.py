"""What ends the demo."""


class DemoFailed(Exception):
    """Raised when something is not as it must be."""


def expect(found: object, wanted: object, what: str) -> None:
    """Compare.

    Raises:
        DemoFailed: naming both values.
    """
    if found != wanted:
        raise DemoFailed(f"{what}: expected {wanted}, found {found}")
