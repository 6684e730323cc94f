"""Campaigns, collaborations, offers, deliverables, disputes, ratings, workflow templates."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from veri.platform.connections.migrations import AdditiveMigration
from django.db import migrations, models


class Migration(AdditiveMigration):

    dependencies = [
        ("billing", "0025_immutable_documents"),
        ('creators', '0025_analytics_events'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('sponsored_video', 'Sponsored video'), ('ugc', 'User-generated content'), ('live_stream', 'Live stream'), ('affiliate', 'Affiliate')], max_length=20)),
                ('objectives', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('briefed', 'Briefed'), ('closed', 'Closed'), ('cancelled', 'Cancelled')], default='draft', max_length=12)),
                ('budget_minor', models.BigIntegerField()),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], max_length=3)),
                ('timezone', models.CharField(default='UTC', max_length=64)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('category', models.CharField(blank=True, max_length=16)),
                ('requirements', models.JSONField(blank=True, default=list)),
                ('exclusivity_category', models.CharField(blank=True, max_length=16)),
                ('exclusivity_days', models.PositiveIntegerField(default=0)),
                ('usage_channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('organic', "The brand's own pages"), ('paid_social', 'Paid social media'), ('website', 'Website and shop'), ('email', 'E-mail'), ('television', 'Television'), ('print', 'Print and outdoor')], max_length=16), blank=True, default=list, size=None)),
                ('usage_days', models.PositiveIntegerField(default=0)),
                ('usage_territory', models.CharField(blank=True, max_length=80)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='creators.brand')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Collaboration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('briefed', 'Briefed'), ('offered', 'Offered'), ('countered', 'Countered'), ('accepted', 'Accepted'), ('contract_sent', 'Contract sent'), ('signed', 'Signed'), ('funded', 'Funded'), ('in_production', 'In production'), ('changes_requested', 'Changes requested'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('published', 'Published'), ('verified', 'Verified'), ('released', 'Released'), ('paid', 'Paid'), ('closed', 'Closed'), ('declined', 'Declined'), ('expired', 'Expired'), ('cancelled', 'Cancelled'), ('disputed', 'Disputed'), ('refunded', 'Refunded')], default='draft', max_length=20)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('state_changed_at', models.DateTimeField()),
                ('fee_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], max_length=3)),
                ('platform_fee_minor', models.BigIntegerField(default=0)),
                ('tax_minor', models.BigIntegerField(default=0)),
                ('funded_minor', models.BigIntegerField(default=0)),
                ('revision_rounds', models.PositiveSmallIntegerField(default=0)),
                ('review_days', models.PositiveSmallIntegerField(default=0)),
                ('release_days', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='collaborations', to='billing.campaign')),
                ('creator', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='collaborations', to='creators.creator')),
            ],
        ),
        migrations.CreateModel(
            name='Deliverable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=120)),
                ('platform', models.CharField(choices=[('youtube', 'YouTube'), ('twitch', 'Twitch'), ('x', 'X'), ('tiktok', 'TikTok'), ('chat', 'Chat'), ('email', 'E-mail')], max_length=16)),
                ('format', models.CharField(choices=[('video', 'Video'), ('short', 'Short'), ('post', 'Post'), ('stream', 'Stream'), ('link', 'Affiliate link'), ('file', "File for the brand's own use")], max_length=8)),
                ('due_on', models.DateField()),
                ('due_at', models.DateTimeField()),
                ('share_minor', models.BigIntegerField()),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('changes_requested', 'Changes requested'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('published', 'Published'), ('verified', 'Verified'), ('released', 'Released'), ('cancelled', 'Cancelled')], default='planned', max_length=20)),
                ('rounds_used', models.PositiveSmallIntegerField(default=0)),
                ('review_due_at', models.DateTimeField(null=True)),
                ('release_due_at', models.DateTimeField(null=True)),
                ('published_url', models.CharField(blank=True, max_length=500)),
                ('published_at', models.DateTimeField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('next_check_at', models.DateTimeField(null=True)),
                ('late_noted_at', models.DateTimeField(null=True)),
                ('collaboration', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliverables', to='billing.collaboration')),
                ('content', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.contentitem')),
            ],
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('brand', 'Brand'), ('creator', 'Creator'), ('staff', 'Staff'), ('clock', 'Clock'), ('provider', 'Payment provider')], max_length=8)),
                ('opened_at', models.DateTimeField()),
                ('came_from', models.CharField(choices=[('draft', 'Draft'), ('briefed', 'Briefed'), ('offered', 'Offered'), ('countered', 'Countered'), ('accepted', 'Accepted'), ('contract_sent', 'Contract sent'), ('signed', 'Signed'), ('funded', 'Funded'), ('in_production', 'In production'), ('changes_requested', 'Changes requested'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('published', 'Published'), ('verified', 'Verified'), ('released', 'Released'), ('paid', 'Paid'), ('closed', 'Closed'), ('declined', 'Declined'), ('expired', 'Expired'), ('cancelled', 'Cancelled'), ('disputed', 'Disputed'), ('refunded', 'Refunded')], max_length=20)),
                ('state', models.CharField(choices=[('open', 'Open'), ('resolved', 'Resolved'), ('withdrawn', 'Withdrawn')], default='open', max_length=10)),
                ('released_minor', models.BigIntegerField(null=True)),
                ('refunded_minor', models.BigIntegerField(null=True)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('resolution', models.CharField(blank=True, max_length=500)),
                ('collaboration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='billing.collaboration')),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DisputeStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('brand', 'Brand'), ('creator', 'Creator'), ('staff', 'Staff'), ('clock', 'Clock'), ('provider', 'Payment provider')], max_length=8)),
                ('text', models.TextField()),
                ('at', models.DateTimeField()),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='billing.dispute')),
            ],
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('side', models.CharField(choices=[('brand', 'Brand'), ('creator', 'Creator'), ('staff', 'Staff'), ('clock', 'Clock'), ('provider', 'Payment provider')], max_length=8)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(choices=[('USD', 'US dollar'), ('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('BRL', 'Brazilian real')], max_length=3)),
                ('terms', models.JSONField()),
                ('message', models.CharField(blank=True, max_length=2000)),
                ('is_amendment', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('countered', 'Answered by another'), ('declined', 'Declined'), ('expired', 'Expired'), ('withdrawn', 'Withdrawn')], default='open', max_length=12)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('answers', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.offer')),
                ('collaboration', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='billing.collaboration')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='collaboration',
            name='accepted_offer',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.offer'),
        ),
        migrations.CreateModel(
            name='PublicationProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(blank=True, max_length=500)),
                ('figures', models.JSONField(blank=True, default=dict)),
                ('figures_at', models.DateTimeField(null=True)),
                ('disclosures', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ('failures', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('is_verified', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('checked_at', models.DateTimeField()),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('content', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.contentitem')),
                ('deliverable', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='billing.deliverable')),
            ],
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('brand', 'Brand'), ('creator', 'Creator'), ('staff', 'Staff'), ('clock', 'Clock'), ('provider', 'Payment provider')], max_length=8)),
                ('stars', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                ('text', models.CharField(blank=True, max_length=2000)),
                ('rated_at', models.DateTimeField()),
                ('collaboration', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='billing.collaboration')),
                ('rated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('url', models.CharField(blank=True, max_length=500)),
                ('text', models.TextField(blank=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('submitted_at', models.DateTimeField()),
                ('decision', models.CharField(choices=[('waiting', 'Waits for review'), ('changes', 'Changes requested'), ('approved', 'Approved')], default='waiting', max_length=10)),
                ('decided_at', models.DateTimeField(null=True)),
                ('is_automatic', models.BooleanField(default=False)),
                ('notes', models.TextField(blank=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('deliverable', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='billing.deliverable')),
                ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='UsageRight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('organic', "The brand's own pages"), ('paid_social', 'Paid social media'), ('website', 'Website and shop'), ('email', 'E-mail'), ('television', 'Television'), ('print', 'Print and outdoor')], max_length=16), default=list, size=None)),
                ('territory', models.CharField(max_length=80)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('granted_at', models.DateTimeField()),
                ('brand', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='creators.brand')),
                ('creator', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='creators.creator')),
                ('deliverable', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='usage_right', to='billing.deliverable')),
            ],
        ),
        migrations.CreateModel(
            name='WorkflowTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('sponsored_video', 'Sponsored video'), ('ugc', 'User-generated content'), ('live_stream', 'Live stream'), ('affiliate', 'Affiliate')], max_length=20)),
                ('name', models.CharField(max_length=80)),
                ('is_default', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name',), name='workflow_template_name_unique'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('kind',), name='workflow_template_default_unique')],
            },
        ),
        migrations.CreateModel(
            name='WorkflowVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('definition', models.JSONField()),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('template', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='billing.workflowtemplate')),
            ],
        ),
        migrations.AddField(
            model_name='campaign',
            name='workflow_version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='billing.workflowversion'),
        ),
        migrations.CreateModel(
            name='CampaignTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=120)),
                ('stage', models.CharField(choices=[('draft', 'Draft'), ('briefed', 'Briefed'), ('offered', 'Offered'), ('countered', 'Countered'), ('accepted', 'Accepted'), ('contract_sent', 'Contract sent'), ('signed', 'Signed'), ('funded', 'Funded'), ('in_production', 'In production'), ('changes_requested', 'Changes requested'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('published', 'Published'), ('verified', 'Verified'), ('released', 'Released'), ('paid', 'Paid'), ('closed', 'Closed'), ('declined', 'Declined'), ('expired', 'Expired'), ('cancelled', 'Cancelled'), ('disputed', 'Disputed'), ('refunded', 'Refunded')], max_length=20)),
                ('side', models.CharField(choices=[('brand', 'Brand'), ('creator', 'Creator'), ('staff', 'Staff'), ('clock', 'Clock'), ('provider', 'Payment provider')], max_length=8)),
                ('is_blocking', models.BooleanField(default=False)),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('collaboration', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='billing.collaboration')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('collaboration', 'key'), name='campaign_task_key_unique')],
            },
        ),
        migrations.CreateModel(
            name='CampaignReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('stage', models.CharField(choices=[('draft', 'Draft'), ('briefed', 'Briefed'), ('offered', 'Offered'), ('countered', 'Countered'), ('accepted', 'Accepted'), ('contract_sent', 'Contract sent'), ('signed', 'Signed'), ('funded', 'Funded'), ('in_production', 'In production'), ('changes_requested', 'Changes requested'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('published', 'Published'), ('verified', 'Verified'), ('released', 'Released'), ('paid', 'Paid'), ('closed', 'Closed'), ('declined', 'Declined'), ('expired', 'Expired'), ('cancelled', 'Cancelled'), ('disputed', 'Disputed'), ('refunded', 'Refunded')], max_length=20)),
                ('side', models.CharField(choices=[('brand', 'Brand'), ('creator', 'Creator'), ('staff', 'Staff'), ('clock', 'Clock'), ('provider', 'Payment provider')], max_length=8)),
                ('text', models.CharField(max_length=500)),
                ('due_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('collaboration', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='billing.collaboration')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('sent_at__isnull', True)), fields=['due_at'], name='campaign_reminder_due_idx')],
                'constraints': [models.UniqueConstraint(fields=('collaboration', 'key'), name='campaign_reminder_key_unique')],
            },
        ),
        migrations.CreateModel(
            name='CampaignEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('invite', 'Invite'), ('brief', 'Brief'), ('offer', 'Make an offer'), ('counter', 'Make a counter-offer'), ('accept', 'Accept'), ('decline', 'Decline'), ('expire', 'Expire'), ('send_contract', 'Send the contract'), ('sign', 'Sign'), ('fund', 'Hold the funds'), ('start', 'Start production'), ('submit', 'Submit'), ('request_changes', 'Request changes'), ('approve', 'Approve'), ('publish', 'Publish'), ('verify', 'Verify'), ('release', 'Release'), ('pay', 'Pay out'), ('close', 'Close'), ('amend', 'Change the terms'), ('cancel', 'Cancel'), ('refund', 'Refund'), ('dispute', 'Dispute'), ('resolve', 'Resolve the dispute'), ('withdraw', 'Withdraw the dispute'), ('late', 'Overdue')], max_length=16)),
                ('state_from', models.CharField(blank=True, max_length=20)),
                ('state_to', models.CharField(blank=True, max_length=20)),
                ('side', models.CharField(choices=[('brand', 'Brand'), ('creator', 'Creator'), ('staff', 'Staff'), ('clock', 'Clock'), ('provider', 'Payment provider')], max_length=8)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('facts', models.JSONField(blank=True, default=dict)),
                ('at', models.DateTimeField()),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='billing.campaign')),
                ('collaboration', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='billing.collaboration')),
            ],
            options={
                'indexes': [models.Index(fields=['campaign', '-id'], name='campaign_event_campaign_idx'), models.Index(fields=['collaboration', '-id'], name='campaign_event_part_idx')],
            },
        ),
        migrations.AddIndex(
            model_name='deliverable',
            index=models.Index(condition=models.Q(('state', 'submitted')), fields=['review_due_at'], name='deliverable_review_idx'),
        ),
        migrations.AddIndex(
            model_name='deliverable',
            index=models.Index(condition=models.Q(('state', 'verified')), fields=['release_due_at'], name='deliverable_release_idx'),
        ),
        migrations.AddIndex(
            model_name='deliverable',
            index=models.Index(condition=models.Q(('state', 'published')), fields=['next_check_at'], name='deliverable_check_idx'),
        ),
        migrations.AddIndex(
            model_name='deliverable',
            index=models.Index(condition=models.Q(('late_noted_at__isnull', True), ('state__in', ['planned', 'changes_requested'])), fields=['due_at'], name='deliverable_due_idx'),
        ),
        migrations.AddConstraint(
            model_name='deliverable',
            constraint=models.UniqueConstraint(fields=('collaboration', 'position'), name='deliverable_position_unique'),
        ),
        migrations.AddConstraint(
            model_name='deliverable',
            constraint=models.CheckConstraint(condition=models.Q(('share_minor__gte', 0)), name='deliverable_share_positive'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('collaboration',), name='dispute_open_unique'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['expires_at'], name='offer_expiry_idx'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(fields=('collaboration', 'number'), name='offer_number_unique'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('collaboration',), name='offer_open_unique'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('amount_minor__lte', 1000000000000)), name='offer_amount_bounds'),
        ),
        migrations.AddIndex(
            model_name='collaboration',
            index=models.Index(fields=['creator', '-id'], name='collaboration_creator_idx'),
        ),
        migrations.AddIndex(
            model_name='collaboration',
            index=models.Index(fields=['state', '-id'], name='collaboration_state_idx'),
        ),
        migrations.AddConstraint(
            model_name='collaboration',
            constraint=models.UniqueConstraint(fields=('campaign', 'creator'), name='collaboration_creator_unique'),
        ),
        migrations.AddConstraint(
            model_name='collaboration',
            constraint=models.CheckConstraint(condition=models.Q(('fee_minor__isnull', True), models.Q(('fee_minor__gt', 0), ('fee_minor__lte', 1000000000000)), _connector='OR'), name='collaboration_fee_bounds'),
        ),
        migrations.AddConstraint(
            model_name='collaboration',
            constraint=models.CheckConstraint(condition=models.Q(('funded_minor__gte', 0), ('platform_fee_minor__gte', 0), ('tax_minor__gte', 0)), name='collaboration_amounts_positive'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.UniqueConstraint(fields=('collaboration', 'side'), name='rating_side_unique'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('stars__gte', 1), ('stars__lte', 5)), name='rating_stars_bounds'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('deliverable', 'version'), name='submission_version_unique'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(condition=models.Q(('decision', 'waiting')), fields=('deliverable',), name='submission_waiting_unique'),
        ),
        migrations.AddIndex(
            model_name='usageright',
            index=models.Index(fields=['brand', 'ends_on'], name='usage_right_brand_idx'),
        ),
        migrations.AddConstraint(
            model_name='usageright',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='usage_right_period_order'),
        ),
        migrations.AddConstraint(
            model_name='workflowversion',
            constraint=models.UniqueConstraint(fields=('template', 'number'), name='workflow_version_number_unique'),
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(fields=['brand', '-id'], name='campaign_brand_idx'),
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(fields=['state', '-id'], name='campaign_state_idx'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('budget_minor__gt', 0), ('budget_minor__lte', 1000000000000)), name='campaign_budget_bounds'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='campaign_period_order'),
        ),
    ]
