"""What a call has used so far, known also when it breaks off or its reader goes away."""

from datetime import datetime

from django.utils import timezone

from billing.enums import AttemptOutcome
from billing.services.metering import Attempt
from billing.services.pricing import TokenCounts

CHARACTERS_PER_TOKEN = 4  # of a broken answer's text, when the provider did not count it any more


class Usage:
    """Filled while the answer streams; every attempt that was counted adds to it.

    ``is_uncertain`` tells that an attempt was sent, may have cost something, and said nothing of it; ``is_silent`` that
    no attempt ever told anything, so that only an estimate is left.
    """

    def __init__(self) -> None:
        self.request_id = ""
        self.has_text = False
        self.is_complete = False
        self._earlier: list[Attempt] = []
        self._began_at: datetime | None = None
        self._seen: TokenCounts | None = None
        self._was_silent = False
        self._has_seen = False
        self.is_refused = False
        self._characters = 0

    def begin_attempt(self) -> None:
        """Keep what an earlier attempt used and count afresh."""
        if self._began_at:
            self._earlier.append(self._describe())
        self._began_at = timezone.now()
        self._seen, self._characters, self.request_id = None, 0, ""
        self.has_text = self.is_complete = self.is_refused = False

    def note_counts(self, counts: TokenCounts) -> None:
        """Take over the counters an event carries; they are totals, so the latest win and nothing is added twice."""
        self._seen = counts
        self._has_seen = True

    def note_text(self, text: str) -> str:
        self.has_text = self.has_text or bool(text)
        self._characters += len(text)
        return text

    def note_refusal(self) -> None:
        """Note that the provider said no; what it counted is paid all the same."""
        self.is_refused = True

    def note_silence(self) -> None:
        """Note that the attempt broke off; without any counter it stays unknown what it cost."""
        self._was_silent = self._was_silent or self._seen is None

    @property
    def is_uncertain(self) -> bool:
        return self._was_silent or (self.has_text and self._seen is None)

    @property
    def is_silent(self) -> bool:
        return self.is_uncertain and not self._has_seen

    @property
    def counts(self) -> TokenCounts:
        """Return the counts of all attempts; a broken answer's output is at least what its text must have taken."""
        return sum((one.counts for one in self.attempts), TokenCounts())

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Return every attempt so far, in order."""
        return (*self._earlier, self._describe()) if self._began_at else tuple(self._earlier)

    def _describe(self) -> Attempt:
        now = timezone.now()
        return Attempt(
            counts=self._count(),
            outcome=self._name_outcome(),
            started_at=self._began_at or now,
            ended_at=now,
            provider_request_id=self.request_id,
        )

    def _count(self) -> TokenCounts:
        seen = self._seen or TokenCounts()
        least = 0 if self.is_complete else self._characters // CHARACTERS_PER_TOKEN
        return seen + TokenCounts(output=max(0, least - seen.output))

    def _name_outcome(self) -> AttemptOutcome:
        if self.is_refused:
            return AttemptOutcome.REFUSED
        if self.is_complete:
            return AttemptOutcome.ANSWERED
        return AttemptOutcome.CUT if self.has_text else AttemptOutcome.FAILED
