"""The console's sidebar: the operator's pages first, then every registered model the user may see."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the console and the permission it needs; none means all staff."""

    title: str
    icon: str
    url_name: str
    permission: str = ""
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class ModelLink:
    """The list of a model, by its label."""

    label: str
    icon: str
    title: str = ""


SEE_DATASETS = "migration.view_dataset"
GROUPS: tuple[tuple[str, tuple[Page | ModelLink, ...]], ...] = (
    (
        "Operate",
        (
            Page(title="Dashboard", icon="monitoring", url_name="index"),
            Page(title="Flags", icon="toggle_on", url_name="flags", permission="migration.view_featureflag"),
            Page(title="Migration", icon="sync_alt", url_name="reconciliation", permission=SEE_DATASETS),
            Page(title="Decay", icon="hourglass_bottom", url_name="decay", permission="memory.view_decayrun"),
            ModelLink(label="events.event", icon="bolt", title="Events"),
            Page(
                title="Dead letters",
                icon="mark_email_unread",
                url_name="events_delivery_changelist",
                permission="events.view_delivery",
                query="?state__exact=dead",
            ),
            ModelLink(label="ops.notification", icon="notifications", title="Notifications"),
            ModelLink(label="ops.backuprun", icon="backup", title="Backups"),
            ModelLink(label="ops.auditentry", icon="history", title="Audit"),
        ),
    ),
    (
        "Migration",
        (
            ModelLink(label="migration.paritymismatch", icon="difference", title="Mismatches"),
            ModelLink(label="migration.outboxrow", icon="outbox", title="Outbox and quarantine"),
            ModelLink(label="migration.parityrun", icon="fact_check", title="Parity runs"),
            ModelLink(label="migration.backfillrun", icon="move_down", title="Backfills"),
            ModelLink(label="migration.shadowread", icon="compare", title="Shadow reads"),
            ModelLink(label="migration.rolloutplan", icon="moving", title="Rollout plans"),
            ModelLink(label="migration.rolloutstep", icon="stairs", title="Rollout steps"),
            ModelLink(label="migration.preflight", icon="checklist", title="Preflights"),
            ModelLink(label="migration.captureheartbeat", icon="cardiology", title="Capture heartbeats"),
            ModelLink(label="migration.relaystate", icon="swap_calls", title="Relay states"),
            ModelLink(label="migration.minutecount", icon="bar_chart", title="Counts by minute"),
            ModelLink(label="migration.datasetarchive", icon="inventory_2", title="Archives"),
            ModelLink(label="migration.dataset", icon="dataset", title="Datasets"),
            ModelLink(label="migration.featureflag", icon="flag", title="Stored flags"),
        ),
    ),
    (
        "Creators",
        (
            ModelLink(label="creators.creator", icon="person_celebrate"),
            ModelLink(label="creators.interaction", icon="forum"),
            ModelLink(label="creators.interactionstub", icon="draft", title="Stubs"),
            ModelLink(label="creators.contentitem", icon="movie", title="Content"),
            ModelLink(label="creators.accountsnapshot", icon="query_stats", title="Account figures"),
            ModelLink(label="creators.contentsnapshot", icon="bar_chart_4_bars", title="Content figures"),
            ModelLink(label="creators.consentrecord", icon="verified_user", title="Consents"),
            ModelLink(label="creators.brand", icon="storefront"),
            ModelLink(label="creators.brandmember", icon="group", title="Brand members"),
            ModelLink(label="creators.analyticsevent", icon="touch_app", title="Front ends' events"),
            ModelLink(label="creators.creatorsummary", icon="person_search", title="Found by brands"),
            ModelLink(label="creators.exploreentry", icon="explore", title="Explored"),
            ModelLink(label="creators.workterms", icon="handshake", title="Work terms"),
            ModelLink(label="creators.exclusivity", icon="lock_person"),
            ModelLink(label="creators.creatorblock", icon="block", title="Blocks"),
            ModelLink(label="creators.savedlist", icon="list_alt"),
            ModelLink(label="creators.savedlistentry", icon="bookmark", title="Saved creators"),
        ),
    ),
    (
        "Handles",
        (
            ModelLink(label="creators.reservedhandle", icon="do_not_disturb_on", title="Reserved words"),
            Page(
                title="Handles that look alike",
                icon="compare_arrows",
                url_name="creators_creator_changelist",
                permission="creators.view_creator",
                query="?look_alike=yes",
            ),
            ModelLink(label="creators.formerhandle", icon="signpost", title="Former handles"),
            ModelLink(label="creators.handlehold", icon="timer", title="Held handles"),
        ),
    ),
    (
        "Standing",
        (
            ModelLink(label="creators.latestscore", icon="speed", title="Scores"),
            ModelLink(label="creators.creatorscore", icon="timeline", title="Score history"),
            ModelLink(label="creators.scorerun", icon="calculate", title="Score runs"),
            ModelLink(label="creators.platformfigures", icon="monitoring", title="Measured figures"),
            ModelLink(label="creators.tasksubmission", icon="rate_review", title="Task review"),
            ModelLink(label="creators.task", icon="task_alt"),
            ModelLink(label="creators.achievement", icon="military_tech"),
            ModelLink(label="creators.season", icon="calendar_month"),
            ModelLink(label="creators.seasontotal", icon="leaderboard", title="Season totals"),
            ModelLink(label="creators.seasonresult", icon="emoji_events", title="Season results"),
            ModelLink(label="creators.pointentry", icon="toll", title="Points"),
            ModelLink(label="creators.streak", icon="local_fire_department"),
            ModelLink(label="creators.streakday", icon="today", title="Streak days"),
            ModelLink(label="creators.freezeentry", icon="ac_unit", title="Freezes"),
            ModelLink(label="creators.zonechange", icon="public", title="Zone changes"),
        ),
    ),
    (
        "Connections",
        (
            ModelLink(label="creators.platformconnection", icon="link", title="Connections"),
            ModelLink(label="creators.syncplan", icon="event_upcoming", title="Planned readings"),
            ModelLink(label="creators.syncrun", icon="sync", title="Readings"),
            ModelLink(label="creators.quotawindow", icon="speed", title="Quotas"),
            ModelLink(label="creators.webhookdelivery", icon="webhook", title="Webhooks"),
            ModelLink(label="creators.webhooksubscription", icon="notifications_active", title="Subscriptions"),
            ModelLink(label="creators.connectticket", icon="confirmation_number", title="Attempts to connect"),
            ModelLink(label="creators.connectiontoken", icon="password", title="Tokens"),
            ModelLink(label="creators.missingcontent", icon="question_mark", title="Missed content"),
        ),
    ),
    (
        "Privacy",
        (
            ModelLink(label="creators.privacyrequest", icon="shield_person", title="Privacy requests"),
            ModelLink(label="creators.legalhold", icon="gavel", title="Legal holds"),
            ModelLink(label="creators.erasedsubject", icon="person_off", title="Erased people"),
        ),
    ),
    (
        "Memory",
        (
            Page(title="Learning", icon="school", url_name="learning", permission="memory.view_learningrun"),
            Page(
                title="Evaluations", icon="show_chart", url_name="evaluations", permission="memory.view_evaluationrun"
            ),
            Page(
                title="Search playground", icon="travel_explore", url_name="playground", permission="memory.view_memory"
            ),
            ModelLink(label="memory.memory", icon="neurology"),
            ModelLink(label="memory.memoryevidence", icon="menu_book", title="Evidence"),
            ModelLink(label="memory.memoryconflict", icon="call_split", title="Contradictions"),
            ModelLink(label="memory.signal", icon="sensors"),
            ModelLink(label="memory.processedsession", icon="psychology", title="Sessions read"),
            ModelLink(label="memory.memoryuse", icon="format_quote", title="Citations"),
            ModelLink(label="memory.forgetrequest", icon="backspace", title="Forget requests"),
            ModelLink(label="memory.memorysuppression", icon="block", title="Not formed again"),
            ModelLink(label="memory.decayrun", icon="hourglass_bottom", title="Decay runs"),
            ModelLink(label="memory.conversationturn", icon="chat"),
            ModelLink(label="memory.indexeddocument", icon="search"),
            ModelLink(label="memory.posting", icon="list"),
            ModelLink(label="memory.memoryvector", icon="scatter_plot"),
            ModelLink(label="memory.contentindexentry", icon="manage_search", title="Content index"),
            ModelLink(label="memory.feedback", icon="thumb_up", title="Feedback"),
            ModelLink(label="memory.preferenceprofile", icon="favorite", title="Tastes"),
            ModelLink(label="memory.brandmatch", icon="join_inner", title="Matches"),
            ModelLink(label="memory.matchdecision", icon="how_to_reg", title="Match decisions"),
            ModelLink(label="memory.introduction", icon="waving_hand"),
            ModelLink(label="memory.recommendationset", icon="recommend", title="Recommendations"),
            ModelLink(label="memory.minilmvector", icon="scatter_plot", title="MiniLM vectors"),
            ModelLink(label="memory.voyagevector", icon="scatter_plot", title="Voyage vectors"),
            ModelLink(label="memory.vectorindex", icon="account_tree", title="Vector indexes"),
            ModelLink(label="memory.reembedding", icon="autorenew", title="Changes of provider"),
            ModelLink(label="memory.embeddingchoice", icon="tune", title="Provider searched"),
            ModelLink(label="memory.answerfeedback", icon="rate_review", title="Answer feedback"),
            ModelLink(label="memory.retrievalweights", icon="tune", title="Learnt weights"),
            ModelLink(label="memory.learningrun", icon="nightlight", title="Nights of learning"),
            ModelLink(label="memory.evaluationrun", icon="labs", title="Evaluation runs"),
        ),
    ),
    (
        "Campaigns",
        (
            Page(
                title="Campaign board",
                icon="view_kanban",
                url_name="campaign_board",
                permission="billing.view_collaboration",
            ),
            ModelLink(label="billing.campaign", icon="campaign"),
            ModelLink(label="billing.collaboration", icon="handshake"),
            ModelLink(label="billing.dispute", icon="gavel", title="Disputes"),
            ModelLink(label="billing.disputestatement", icon="record_voice_over", title="Statements"),
            ModelLink(label="billing.offer", icon="local_offer", title="Offers"),
            ModelLink(label="billing.deliverable", icon="inventory", title="Deliverables"),
            ModelLink(label="billing.submission", icon="upload_file", title="Submissions"),
            ModelLink(label="billing.publicationproof", icon="verified", title="Publication proofs"),
            ModelLink(label="billing.usageright", icon="copyright", title="Usage rights"),
            ModelLink(label="billing.rating", icon="star", title="Ratings"),
            ModelLink(label="billing.campaigntask", icon="checklist", title="Campaign tasks"),
            ModelLink(label="billing.campaignreminder", icon="alarm", title="Reminders"),
            ModelLink(label="billing.campaignevent", icon="history", title="History"),
            ModelLink(label="memory.returnmodel", icon="model_training", title="Models of returns"),
            ModelLink(label="memory.returnprediction", icon="query_stats", title="Predicted returns"),
            ModelLink(label="billing.contract", icon="contract", title="Contracts"),
            ModelLink(label="billing.contractversion", icon="description", title="Documents"),
            ModelLink(label="billing.signature", icon="draw", title="Signatures"),
            ModelLink(label="billing.contractseal", icon="approval", title="Seals"),
            ModelLink(label="billing.contractevent", icon="link", title="Contract chains"),
            ModelLink(label="billing.contracttemplate", icon="edit_document", title="Contract templates"),
            ModelLink(label="billing.contracttemplateversion", icon="article", title="Contract texts"),
            ModelLink(label="billing.workflowtemplate", icon="account_tree", title="Workflow templates"),
            ModelLink(label="billing.workflowversion", icon="schema", title="Workflow versions"),
        ),
    ),
    (
        "Money",
        (
            Page(title="Costs", icon="monitoring", url_name="costs", permission="billing.view_usageevent"),
            Page(title="Budgets", icon="savings", url_name="budgets", permission="billing.view_allowance"),
            Page(title="Usage", icon="data_usage", url_name="usage", permission="billing.view_usageevent"),
            ModelLink(label="billing.usageevent", icon="receipt_long"),
            ModelLink(label="billing.usageattempt", icon="repeat", title="Attempts"),
            ModelLink(label="billing.quotagrant", icon="redeem", title="Quota grants"),
            ModelLink(label="billing.providercost", icon="request_quote", title="Providers' reports"),
            ModelLink(label="billing.budgetnotice", icon="notification_important", title="Budget notices"),
            ModelLink(label="billing.spendingspike", icon="show_chart", title="Spikes"),
            ModelLink(label="billing.allowance", icon="account_balance_wallet"),
            ModelLink(label="billing.reservation", icon="hourglass_top"),
            ModelLink(label="billing.priceversion", icon="sell", title="Prices"),
            ModelLink(label="billing.account", icon="account_balance", title="Ledger"),
            ModelLink(label="billing.transfer", icon="swap_horiz", title="Transfers"),
            ModelLink(label="billing.posting", icon="format_list_numbered", title="Postings"),
            ModelLink(label="billing.campaignfunds", icon="lock", title="Held funds"),
            ModelLink(label="billing.heldrelease", icon="lock_open", title="Releases"),
            ModelLink(label="billing.paymentintent", icon="shopping_cart", title="Payments asked for"),
            ModelLink(label="billing.providerpayment", icon="credit_card", title="Payments received"),
            ModelLink(label="billing.paymentwebhook", icon="webhook", title="Payment webhooks"),
            ModelLink(label="billing.refund", icon="undo", title="Refunds"),
            ModelLink(label="billing.chargeback", icon="report", title="Chargebacks"),
            ModelLink(label="billing.payout", icon="payments", title="Payout desk"),
            ModelLink(label="billing.payoutbatch", icon="stacks", title="Payout batches"),
            ModelLink(label="billing.plan", icon="loyalty", title="Plans"),
            ModelLink(label="billing.subscription", icon="autorenew", title="Subscriptions to plans"),
            ModelLink(label="billing.invoice", icon="receipt", title="Invoices"),
            ModelLink(label="billing.billingprofile", icon="contact_mail", title="Invoiced to"),
        ),
    ),
)
SYSTEM = "System"
SYSTEM_FIRST: tuple[Page | ModelLink, ...] = (
    ModelLink(label="creators.user", icon="person"),
    ModelLink(label="auth.group", icon="group"),
    ModelLink(label="creators.invite", icon="forward_to_inbox", title="Invites"),
    ModelLink(label="creators.interest", icon="interests", title="Interests"),
    ModelLink(label="creators.onboardinganswers", icon="contact_page", title="Onboarding answers"),
    ModelLink(label="creators.accountproof", icon="mark_email_read", title="Mailed codes"),
    ModelLink(label="creators.secondfactor", icon="phonelink_lock", title="Second factors"),
    Page(title="My second factor", icon="passkey", url_name="second_factor"),
    ModelLink(label="http.apikey", icon="key", title="API keys"),
    ModelLink(label="knox.authtoken", icon="badge", title="Sign-in tokens"),
    ModelLink(label="axes.accessattempt", icon="gpp_bad", title="Failed sign-ins"),
    ModelLink(label="django_celery_beat.periodictask", icon="schedule", title="Schedule"),
    ModelLink(label="ops.heartbeat", icon="ecg_heart"),
    ModelLink(label="events.delivery", icon="local_shipping", title="Event deliveries"),
)
SYSTEM_TITLES = {
    "axes.accessfailurelog": "Failed sign-in log",
    "axes.accesslog": "Sign-in log",
}


def build_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups with the items this user may see; models no group names come under System."""
    groups = [*GROUPS, (SYSTEM, (*SYSTEM_FIRST, *_list_remaining()))]
    built = [(title, [found for item in items if (found := _build_item(request, item))]) for title, items in groups]
    return [
        {
            "title": title,
            "separator": position > 0,
            "collapsible": position > 0,
            "is_open": "true" if any(item["active"] for item in items) else "false",
            "items": items,
        }
        for position, (title, items) in enumerate(built)
        if items
    ]


@cache
def _list_remaining() -> tuple[ModelLink, ...]:
    named = {
        item.label for _, items in (*GROUPS, (SYSTEM, SYSTEM_FIRST)) for item in items if isinstance(item, ModelLink)
    }
    labels = [model._meta.label_lower for model in admin.site._registry]  # noqa: SLF001  the registry has no other reader
    found = [label for label in labels if label not in named]
    return tuple(ModelLink(label=label, icon="settings", title=SYSTEM_TITLES.get(label, "")) for label in found)


def _build_item(request: HttpRequest, item: Page | ModelLink) -> dict[str, Any] | None:
    if isinstance(item, ModelLink):
        return _build_model_item(request, item)
    if item.permission and not request.user.has_perm(item.permission):
        return None
    path = _find_path(item.url_name, get_script_prefix())
    is_active = _is_here(request, path) and (not item.query or item.query[1:] in request.META.get("QUERY_STRING", ""))
    return {"title": item.title, "icon": item.icon, "link": f"{path}{item.query}", "active": is_active}


def _build_model_item(request: HttpRequest, item: ModelLink) -> dict[str, Any] | None:
    model = apps.get_model(item.label)
    registered = admin.site._registry.get(model)  # noqa: SLF001  same
    if registered is None or not registered.has_view_or_change_permission(request):
        return None
    meta = model._meta  # noqa: SLF001  Django's documented API
    path = _find_path(f"{meta.app_label}_{meta.model_name}_changelist", get_script_prefix())
    title = item.title or str(meta.verbose_name_plural).capitalize()
    return {"title": title, "icon": item.icon, "link": path, "active": _is_here(request, path)}


def _is_here(request: HttpRequest, path: str) -> bool:
    if request.path == path:
        return True
    return request.path.startswith(path) and path != _find_path("index", get_script_prefix())


@cache
def _find_path(url_name: str, _prefix: str) -> str:
    """Return the address of a page; every page asks for all of them."""
    return reverse(f"admin:{url_name}")
