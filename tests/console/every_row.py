"""A row of every model the console lists."""

from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from billing.models import (
    Allowance,
    BudgetNotice,
    ProviderCost,
    QuotaGrant,
    Reservation,
    SpendingSpike,
    SpendingStop,
    UsageAttempt,
    UsageEvent,
    UsageRollup,
)
from creators.models import (
    AccountProof,
    Brand,
    BrandMember,
    ConsentRecord,
    ContentItem,
    CreatorSummary,
    ErasedSubject,
    FormerHandle,
    HandleHold,
    Interaction,
    InteractionStub,
    Interest,
    Invite,
    LegalHold,
    OnboardingAnswers,
    PrivacyRequest,
    ReservedHandle,
    SecondFactor,
)
from memory.models import (
    AnswerFeedback,
    ContentIndexEntry,
    ConversationTurn,
    DecayRun,
    EvaluationRun,
    Feedback,
    ForgetRequest,
    IndexedDocument,
    LearningRun,
    Memory,
    MemoryConflict,
    MemoryEvidence,
    MemorySuppression,
    MemoryUse,
    MemoryVector,
    Posting,
    PreferenceProfile,
    ProcessedSession,
    RecommendationSet,
    RetrievalWeights,
    Signal,
)
from migration.models import (
    BackfillRun,
    CaptureHeartbeat,
    Dataset,
    DatasetArchive,
    FeatureFlag,
    MinuteCount,
    OutboxRow,
    ParityMismatch,
    ParityRun,
    Preflight,
    RelayState,
    RolloutPlan,
    RolloutStep,
    ShadowRead,
)
from tests.conftest import NOW
from tests.console.campaign_rows import make_campaign_rows
from tests.console.conftest import make_interactions
from tests.console.payment_rows import make_payment_rows
from tests.console.platform_rows import make_platform_rows
from tests.console.standing import make_explored, make_matched, make_standing
from veri.platform.events.models import Delivery, Event
from veri.platform.ops.models import AuditEntry, BackupRun, Heartbeat, Notification


def make_every_row(creator, operator):  # noqa: PLR0915  a row of every model
    """At least one row of every model, where the system itself makes none."""
    interaction = make_interactions(creator, 1)[0]
    dataset = Dataset.objects.get(name="interactions")
    run = ParityRun.objects.create(dataset=dataset, state="different", compared=3, mismatched=1, started_at=NOW)
    ParityMismatch.objects.create(run=run, key=interaction.pk, kind="content", fields=["text"])
    BackfillRun.objects.create(dataset=dataset, started_at=NOW, updated_at=NOW)
    FeatureFlag.objects.create(name="USE_MONGO", is_on=False, reason="r", changed_by="x", changed_at=NOW)
    OutboxRow.objects.create(dataset="interactions", key=1, scope=1, version=1, operation="u")
    plan = RolloutPlan.objects.create(flag="READ_FROM_MONGO", dataset=dataset, created_by="x", created_at=NOW)
    RolloutStep.objects.create(plan=plan, percent=10, not_before=NOW, guards=["lag"])
    ShadowRead.objects.create(datasets=["interactions"], scope=1, kind="list", outcome="match", at=NOW)
    CaptureHeartbeat.objects.create(dataset=dataset, key=1, version=1, sent_at=NOW)
    Preflight.objects.create(dataset=dataset, is_ok=True, findings=[{"name": "n", "ok": True, "detail": "d"}], at=NOW)
    MinuteCount.objects.create(dataset="interactions", minute=NOW, measure="read.mongo", count=1)
    RelayState.objects.create(dataset="interactions", updated_at=NOW)
    DatasetArchive.objects.create(
        dataset=dataset, path="a", rows=1, size=1, sha256="h", created_by="x", created_at=NOW, keep_until=NOW
    )
    memory = Memory.objects.create(
        creator=creator, type="creator_entity", subject="home", predicate="town", value="Lisbon",
        text="Lives in Lisbon.",
        content_hash="h", confidence=0.5, valid_from=NOW, recorded_at=NOW,
    )  # fmt: skip
    MemoryEvidence.objects.create(memory=memory, interaction=interaction, occurred_at=NOW)
    Signal.objects.create(
        creator=creator, interaction=interaction, kind="topic", value="food", extractor="t", recorded_at=NOW
    )
    MemoryUse.objects.create(memory=memory, last_cited_at=NOW, times_cited=1)
    MemoryConflict.objects.create(
        creator=creator, kind="statements", key="k", subject="home", predicate="town", first_value="Faro",
        second_value="Lisbon", recorded_at=NOW,
    )  # fmt: skip
    ProcessedSession.objects.create(
        creator=creator, processor="claude", conversation="chat:", last_interaction_id=interaction.pk,
        lease_until=NOW, recorded_at=NOW,
    )  # fmt: skip
    target = {"creator": creator, "kind": "memory", "target_id": memory.pk}
    IndexedDocument.objects.create(**target, length=3)
    Posting.objects.create(**target, term="lisbon", frequency=1, length=3)
    MemoryVector.objects.create(**target, model="m", model_version="1", embedding=[0.0] * 256)
    turn = ConversationTurn.objects.create(
        creator=creator, request_id="r", question="q", answer="a", store="postgres", model="m", is_degraded=True,
        duration_ms=1, asked_at=NOW,
    )  # fmt: skip
    AnswerFeedback.objects.create(turn=turn, user=operator, is_useful=True, recorded_at=NOW)
    gains = {"memory_gain": 1.3, "slot_gain": 1.3, "type_gains": {"workflow": 0.9}}
    measures = {"questions": 5, "before": 0.8, "after": None}
    RetrievalWeights.objects.create(gains=gains, measures=measures, state="refused", proposed_at=NOW, decided_at=NOW)
    LearningRun.objects.create(
        started_at=timezone.now(), duration_ms=1, creators=1, questions=5, recall_after=0.8, promoted=1, refused=1
    )
    figures = {"R@10": 80.0, "tokens@1000": 85.0}
    EvaluationRun.objects.create(
        file_name="f.jsonl", file_digest="d", store="mongo", flags=["HYBRID_SEARCH"], embedding_model="wordllama 1",
        parameters="p", state="done", lease_until=NOW, started_at=NOW, duration_ms=5,
        measures={
            "overall": figures, "by_category": {"as-of": figures}, "interval": {"R@10": [77.0, 83.0]},
            "latency_ms": {"p95": 9.0}, "right_answers": {"as-of": 100.0}, "bait_answered": 0,
        },
    )  # fmt: skip
    brand = Brand.objects.create(name="Ovenly", slug="ovenly", created_at=NOW, updated_at=NOW)
    BrandMember.objects.create(brand=brand, user=operator, added_at=NOW)
    ConsentRecord.objects.create(
        creator=creator, purpose="discovery", is_granted=True, recorded_at=NOW, actor_label="x", source="api"
    )
    CreatorSummary.objects.create(creator=creator, embedding=[0.5] * 256, updated_at=NOW)
    item = ContentItem.objects.create(
        creator=creator, platform="youtube", external_id="v1", title="Bread", created_at=NOW, updated_at=NOW
    )
    ContentIndexEntry.objects.create(content=item, creator=creator, length=1, content_hash="h")
    Feedback.objects.create(user=operator, target_kind="content", target_id=item.pk, action="view", recorded_at=NOW)
    PreferenceProfile.objects.create(user=operator, embedding=[0.5] * 256, updated_at=NOW)
    DecayRun.objects.create(as_of=NOW, started_by="beat", started_at=NOW, updated_at=NOW)
    ForgetRequest.objects.create(creator=creator, scope="memory", due_at=NOW, requested_by="owner", requested_at=NOW)
    MemorySuppression.objects.create(creator=creator, salt="00", digest="d", recorded_at=NOW)
    InteractionStub.objects.create(interaction=Interaction.objects.first(), cause="policy", emptied_at=NOW)
    RecommendationSet.objects.create(kind="creators", brand=brand, generation="g", computed_at=NOW, expires_at=NOW)
    used = {"source": "assistant", "action": "a1", "creator": creator, "service": "claude", "model": "m"}
    make_standing(creator)
    make_explored(creator, brand)
    make_matched(creator, brand)
    make_campaign_rows(creator, brand)
    make_payment_rows(creator, brand, operator)
    used_event = UsageEvent.objects.create(**used, cost_micro_usd=10, occurred_at=timezone.now())
    make_metered(creator, used_event)
    Reservation.objects.create(**used, amount_micro_usd=1, allowances=[], reserved_at=NOW, expires_at=NOW)
    Allowance.objects.create(
        scope="budget:claude", unit="micro_usd", period_start=NOW, period_end=timezone.now(), limit=5
    )
    make_platform_rows(creator, item)
    event = Event.objects.create(name="n", payload={}, published_at=NOW)
    Delivery.objects.create(event=event, subscriber="s", state="dead", due_at=NOW)
    Notification.objects.create(
        channel="email", recipient="a@b.example", subject="s", body="b", created_at=NOW, next_attempt_at=NOW
    )
    BackupRun.objects.create(name="b", kind="create", state="succeeded", started_at=NOW, finished_at=NOW)
    Heartbeat.objects.create(name="relay", at=NOW)
    make_account_rows(creator)
    AuditEntry.objects.create(at=NOW, actor_label="x", action="a", target_type="t", target_id="1")
    interval = IntervalSchedule.objects.create(every=1, period="days")
    PeriodicTask.objects.create(name="t", task="t", interval=interval)
    CrontabSchedule.objects.create()
    SolarSchedule.objects.create(event="sunrise", latitude=1, longitude=1)
    ClockedSchedule.objects.create(clocked_time=NOW)


def make_metered(creator, event):
    UsageAttempt.objects.create(event=event, number=1, outcome="answered", started_at=NOW, ended_at=NOW)
    UsageRollup.objects.create(day=NOW, creator=creator, service="claude", model="m", source="assistant")
    QuotaGrant.objects.create(
        key="k", creator=creator, feature="assistant", units=5, source="promo", priority=1, valid_from=NOW,
        expires_at=timezone.now(), granted_at=NOW,
    )  # fmt: skip
    BudgetNotice.objects.create(scope="budget:claude", period_start=NOW, percent=50, noticed_at=NOW)
    SpendingSpike.objects.create(
        service="claude", minute=NOW, cost_micro_usd=9, median_micro_usd=1, score=7.5, noticed_at=NOW
    )
    SpendingStop.objects.create(scope="everything", is_stopped=True, reason="r", changed_by="x", changed_at=NOW)
    ProviderCost.objects.create(
        service="claude", day=timezone.now().date(), model="m", cost_micro_usd=9, imported_at=NOW
    )


def make_account_rows(creator):
    user = creator.owner
    Invite.objects.create(code_hash="h", made_by=user, made_at=NOW, expires_at=NOW)
    AccountProof.objects.create(purpose="reset", email="a@b.example", secret_hash="h", made_at=NOW, expires_at=NOW)
    SecondFactor.objects.create(user=user, secret="s", made_at=NOW)
    Interest.objects.get_or_create(slug="cooking", defaults={"name": "Cooking"})
    OnboardingAnswers.objects.create(user=user, answered_at=NOW)
    ReservedHandle.objects.get_or_create(key="x", defaults={"word": "x", "kind": "term", "added_at": NOW})
    HandleHold.objects.create(key="k", handle="k_k", user=user, expires_at=NOW)
    FormerHandle.objects.create(key="f", handle="f_f", creator=creator, released_at=NOW, blocked_until=NOW)
    PrivacyRequest.objects.create(kind="erasure", user_key=1, source="api", asked_at=NOW, due_at=NOW, next_at=NOW)
    LegalHold.objects.create(creator=creator, creator_key=creator.pk, reason="r", until=NOW, placed_at=NOW)
    ErasedSubject.objects.create(digest="d", erased_at=NOW)
