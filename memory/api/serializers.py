"""What the memory API takes and gives."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from creators.enums import StubCause
from memory.enums import AnswerRung, MemoryState, MemoryType, SignalKind, TargetKind
from memory.models import ConversationTurn, Memory

LONGEST_QUESTION = 10_000
CONVERSATION = r"^[A-Za-z0-9-]{1,64}$"


class QuestionSerializer(serializers.Serializer[object]):
    creator = serializers.CharField(min_length=3, max_length=31, help_text="The creator's handle.")
    question = serializers.CharField(max_length=LONGEST_QUESTION, help_text="At most 10,000 characters.")
    conversation = serializers.RegexField(
        CONVERSATION,
        required=False,
        help_text="What an earlier answer returned: its questions and answers are remembered. A new one when left out.",
    )


class CitationSerializer(serializers.Serializer[object]):
    kind = serializers.ChoiceField(choices=TargetKind.choices)
    id = serializers.CharField()


class SentenceSerializer(serializers.Serializer[object]):
    text = serializers.CharField()
    citations = CitationSerializer(many=True)


class AnswerSerializer(serializers.Serializer[object]):
    """A kept turn. ``degraded`` tells that no language model wrote it."""

    id = serializers.CharField(source="pk")
    conversation = serializers.CharField(help_text="Send it with the next question to go on.")
    question = serializers.CharField()
    answer = serializers.CharField()
    sentences = SentenceSerializer(many=True)
    citations = CitationSerializer(many=True)
    degraded = serializers.BooleanField(source="is_degraded")
    rung = serializers.ChoiceField(choices=AnswerRung.choices, help_text="How far it came down for want of budget.")
    model = serializers.CharField()
    store = serializers.ChoiceField(choices=["postgres", "mongo"])
    duration_ms = serializers.IntegerField()


def render_answer(turn: ConversationTurn) -> dict[str, Any]:
    """Return a kept turn as the API gives it, by hand: a serializer takes ten times as long."""
    return {
        "id": str(turn.pk),
        "conversation": turn.conversation,
        "question": turn.question,
        "answer": turn.answer,
        "sentences": turn.sentences,
        "citations": turn.citations,
        "degraded": turn.is_degraded,
        "rung": turn.rung,
        "model": turn.model,
        "store": turn.store,
        "duration_ms": turn.duration_ms,
    }


class MemorySerializer(serializers.ModelSerializer[Memory]):
    id = serializers.CharField(source="pk", read_only=True)
    type = serializers.ChoiceField(choices=MemoryType.choices)
    state = serializers.ChoiceField(choices=MemoryState.choices)
    superseded_by = serializers.SerializerMethodField()

    class Meta:
        model = Memory
        fields = (
            "id",
            "type",
            "subject",
            "predicate",
            "value",
            "text",
            "state",
            "confidence",
            "strength",
            "valid_from",
            "valid_to",
            "superseded_by",
            "recorded_at",
            "importance",
            "stability_days",
            "is_pinned",
        )

    def get_superseded_by(self, memory: Memory) -> str | None:
        return str(memory.superseded_by_id) if memory.superseded_by_id else None


class EvidenceSerializer(serializers.Serializer[object]):
    """An interaction a memory rests on."""

    id = serializers.CharField(source="interaction_id")
    platform = serializers.CharField(source="interaction.platform")
    type = serializers.CharField(source="interaction.type")
    author = serializers.CharField(source="interaction.author")
    text = serializers.CharField(source="interaction.text")
    occurred_at = serializers.DateTimeField(source="interaction.occurred_at")


class MemoryDetailSerializer(MemorySerializer):
    evidence = serializers.SerializerMethodField()

    class Meta(MemorySerializer.Meta):
        fields = (*MemorySerializer.Meta.fields, "evidence")  # type: ignore[assignment]  # one longer than the base's

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_evidence(self, memory: Memory) -> list[dict[str, object]]:
        found = memory.evidence.select_related("interaction").order_by("-occurred_at", "-pk")[:100]
        return list(EvidenceSerializer(found, many=True).data)


class RestSerializer(serializers.Serializer[object]):
    """An interaction a memory rests on. ``own_words`` is what it states, where the memory has earlier words."""

    id = serializers.CharField(source="interaction_id")
    platform = serializers.CharField()
    type = serializers.CharField()
    channel = serializers.CharField()
    author = serializers.CharField()
    text = serializers.CharField()
    own_words = serializers.CharField()
    emptied = serializers.ChoiceField(
        choices=["", *StubCause.values], help_text="Why its words are gone; empty while they are there."
    )
    occurred_at = serializers.DateTimeField()


class FoundSignalSerializer(serializers.Serializer[object]):
    kind = serializers.ChoiceField(choices=SignalKind.choices)
    value = serializers.CharField()
    number = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    interaction_id = serializers.CharField()
    extractor = serializers.CharField()


class SlotValueSerializer(serializers.Serializer[object]):
    """A value of a slot; ``valid_to`` is null while it holds."""

    id = serializers.CharField(source="pk")
    value = serializers.CharField()
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=MemoryState.choices)
    strength = serializers.IntegerField()
    valid_from = serializers.DateTimeField()
    valid_to = serializers.DateTimeField(allow_null=True)


class ExplanationSerializer(serializers.Serializer[object]):
    """Why a memory is believed; ``evidence`` is the latest, ``evidence_total`` counts all."""

    memory = MemorySerializer()
    evidence = RestSerializer(many=True)
    evidence_total = serializers.IntegerField()
    signals = FoundSignalSerializer(many=True)
    chain = SlotValueSerializer(many=True)


class SlotRecordSerializer(SlotValueSerializer):
    """As ``SlotValueSerializer``, from a store."""

    id = serializers.CharField()


class SlotHistorySerializer(serializers.Serializer[object]):
    values = SlotRecordSerializer(many=True)
