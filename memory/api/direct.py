"""The chat on the event loop: what a program plainly asks; every other request is the view's."""

import re
from uuid import uuid4

import orjson
from django.http import Http404
from rest_framework.request import Request

from billing.errors import QuotaExceeded, TooManyAtOnce
from creators.api.creators import find_creator
from memory.api.assistant import refuse_quota
from memory.api.serializers import CONVERSATION, LONGEST_QUESTION, render_answer
from memory.enums import EmbeddingProvider
from memory.queries.providers import get_active_provider
from memory.queries.retrieval import list_datasets
from memory.services.assistant import AskedQuestion, ask
from migration.enums import Flag
from migration.queries.flags import is_flag_on
from migration.queries.routes import Store, choose_store
from veri.platform.http.direct import Declined, Reply
from veri.platform.http.direct.admission import authenticate, count
from veri.platform.http.json_input import JsonRejected, parse_strict_json

SCOPE = "assistant"
CONVERSED = "conversation"
_HANDLE = re.compile(r"@?[a-zA-Z0-9_]{3,30}")


def answer_chat(request: Request, body: bytes) -> Reply:
    """Answer a question about one of the caller's creators, with citations; see ``ChatView``.

    Raises:
        Declined: for what only the view can answer or refuse.
    """
    fields = _read(body)
    authenticate(request, scope=SCOPE)
    try:
        creator = find_creator(request=request, handle=fields["creator"])
    except Http404 as missing:
        raise Declined from missing
    if _must_block(creator.pk):
        raise Declined
    count(request, scope=SCOPE)
    try:
        question = AskedQuestion(
            creator_id=creator.pk,
            text=fields["question"],
            action=uuid4().hex,
            conversation=fields[CONVERSED],
        )
        turn = ask(question=question)
    except (QuotaExceeded, TooManyAtOnce) as refusal:
        raise refuse_quota(refusal) from refusal
    return Reply(status=200, body=orjson.dumps(render_answer(turn)))


def _read(body: bytes) -> dict[str, str]:
    """Return the fields of a body that the serializer would take as it is; it words all refusals."""
    try:
        given = parse_strict_json(body)
    except JsonRejected as rejected:
        raise Declined from rejected
    if not isinstance(given, dict) or not {"creator", "question"} <= set(given) <= {"creator", "question", CONVERSED}:
        raise Declined
    creator, question, conversation = given["creator"], given["question"], given.get(CONVERSED)
    if not (isinstance(creator, str) and isinstance(question, str) and _HANDLE.fullmatch(creator)):
        raise Declined
    if CONVERSED in given and not (isinstance(conversation, str) and re.fullmatch(CONVERSATION, conversation)):
        raise Declined
    question = question.strip()
    if not 0 < len(question) <= LONGEST_QUESTION:
        raise Declined
    return {"creator": creator, "question": question, CONVERSED: conversation or ""}


def _must_block(creator_id: int) -> bool:
    """Return whether answering needs a driver that blocks: MongoDB's, or making a vector that takes long."""
    active = get_active_provider()
    if choose_store(datasets=list_datasets(provider=active), scope=creator_id) is Store.MONGO:
        return True
    return is_flag_on(Flag.HYBRID_SEARCH, scope=creator_id) and active != EmbeddingProvider.WORDLLAMA
