"""The queue of runs, its history, manifests and output."""

from typing import Any

from django.db import migrations, models

from assemblies.execution.triggers import create_triggers, remove_triggers


def create(_apps: Any, schema_editor: Any) -> None:
    create_triggers(schema_editor.connection)


def remove(_apps: Any, schema_editor: Any) -> None:
    remove_triggers(schema_editor.connection)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AffinityBinding',
            fields=[
                ('affinity_key', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('worker_id', models.CharField(max_length=100)),
                ('bound_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ba_affinity_binding',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EventSwept',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'ba_event_sweep',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ExecutionEpoch',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('epoch', models.CharField(max_length=36)),
            ],
            options={
                'db_table': 'ba_execution_epoch',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='WorkItemSecret',
            fields=[
                ('work_item_hash', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('ciphertext', models.BinaryField()),
            ],
            options={
                'db_table': 'ba_queue_secret',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ActionDefault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('capability', models.CharField(max_length=64, verbose_name='capability')),
                ('action', models.CharField(default='*', max_length=64, verbose_name='action')),
                ('timeout_seconds', models.PositiveIntegerField(verbose_name='timeout (seconds)')),
            ],
            options={
                'verbose_name': 'default timeout',
                'verbose_name_plural': 'default timeouts',
                'db_table': 'ba_action_default',
                'constraints': [models.UniqueConstraint(fields=('capability', 'action'), name='one_default_an_action')],
            },
        ),
        migrations.CreateModel(
            name='Manifest',
            fields=[
                ('hash', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='manifest')),
                ('instance_id', models.CharField(max_length=36)),
                ('run_id', models.CharField(max_length=36, unique=True, verbose_name='run')),
                ('operation_hash', models.CharField(blank=True, max_length=64, verbose_name='assembly')),
                ('operation_name', models.CharField(max_length=255, verbose_name='name')),
                ('status', models.CharField(choices=[('Queued', 'Queued'), ('Assigned', 'Assigned'), ('Dispatched', 'Dispatched'), ('Running', 'Running'), ('Stalled', 'Stalled'), ('RetryScheduled', 'Retry scheduled'), ('Completed', 'Completed'), ('Failed', 'Failed'), ('TimedOut', 'Timed out'), ('Canceled', 'Canceled')], max_length=16, verbose_name='status')),
                ('run_mode', models.CharField(choices=[('standard', 'Run'), ('test', 'Test run')], default='standard', max_length=16)),
                ('start_time', models.DateTimeField()),
                ('stop_time', models.DateTimeField(null=True)),
                ('elapsed_ms', models.PositiveBigIntegerField(null=True)),
                ('frozen_json', models.TextField()),
                ('sealed_json', models.TextField(blank=True)),
                ('sealed_hash', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'verbose_name': 'manifest',
                'verbose_name_plural': 'manifests',
                'db_table': 'ba_manifest',
                'ordering': ['-start_time'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['status', 'stop_time'], name='manifest_by_status'), models.Index(fields=['operation_hash'], name='manifest_by_assembly')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('run_id', models.CharField(max_length=36, primary_key=True, serialize=False, verbose_name='run')),
                ('instance_id', models.CharField(max_length=36)),
                ('status', models.CharField(choices=[('Queued', 'Queued'), ('Assigned', 'Assigned'), ('Dispatched', 'Dispatched'), ('Running', 'Running'), ('Stalled', 'Stalled'), ('RetryScheduled', 'Retry scheduled'), ('Completed', 'Completed'), ('Failed', 'Failed'), ('TimedOut', 'Timed out'), ('Canceled', 'Canceled')], default='Queued', max_length=16, verbose_name='status')),
                ('assembly_guid', models.CharField(blank=True, max_length=64, verbose_name='assembly')),
                ('display_name', models.CharField(max_length=255, verbose_name='name')),
                ('domain', models.CharField(blank=True, max_length=16, verbose_name='source')),
                ('revision', models.BigIntegerField(null=True, verbose_name='revision')),
                ('content_hash', models.CharField(max_length=64, verbose_name='content hash')),
                ('actor', models.CharField(max_length=150, verbose_name='actor')),
                ('actor_id', models.BigIntegerField(null=True)),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('targets', models.JSONField(default=list, verbose_name='targets')),
                ('rerun_of', models.CharField(blank=True, max_length=36)),
                ('request_digest', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started at')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('sealed_at', models.DateTimeField(null=True)),
                ('manifest_hash', models.CharField(max_length=64, verbose_name='manifest')),
            ],
            options={
                'verbose_name': 'run',
                'verbose_name_plural': 'runs',
                'db_table': 'ba_run',
                'ordering': ['-created_at', 'run_id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['-created_at'], name='run_by_time'), models.Index(fields=['status', '-created_at'], name='run_by_status'), models.Index(fields=['assembly_guid', '-created_at'], name='run_by_assembly'), models.Index(condition=models.Q(('sealed_at', None)), fields=['finished_at'], name='run_to_seal')],
            },
        ),
        migrations.CreateModel(
            name='RunOutput',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run_id', models.CharField(max_length=36)),
                ('work_item_hash', models.CharField(max_length=40)),
                ('attempt_number', models.PositiveIntegerField()),
                ('stream', models.CharField(choices=[('stdout', 'Stdout'), ('stderr', 'Stderr')], max_length=8)),
                ('seq', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ba_run_output',
                'ordering': ['id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['run_id'], name='output_by_run')],
                'constraints': [models.UniqueConstraint(fields=('work_item_hash', 'attempt_number', 'seq'), name='chunk_of_attempt')],
            },
        ),
        migrations.CreateModel(
            name='WorkItem',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('work_item_hash', models.CharField(max_length=40, unique=True, verbose_name='work item')),
                ('instance_id', models.CharField(max_length=36)),
                ('run_id', models.CharField(max_length=36, verbose_name='run')),
                ('run_hash', models.CharField(max_length=64)),
                ('node_hash', models.CharField(blank=True, max_length=64)),
                ('parent_hash', models.CharField(blank=True, max_length=40)),
                ('operation_hash', models.CharField(blank=True, max_length=64, verbose_name='assembly')),
                ('idempotency_key', models.CharField(max_length=200)),
                ('capability', models.CharField(max_length=64, verbose_name='capability')),
                ('action', models.CharField(max_length=64, verbose_name='action')),
                ('settings', models.JSONField(default=dict)),
                ('priority', models.IntegerField(default=0, verbose_name='priority')),
                ('queue_position', models.DateTimeField()),
                ('affinity_key', models.CharField(blank=True, max_length=200)),
                ('require_affinity_match', models.BooleanField(default=False)),
                ('target_device', models.CharField(blank=True, max_length=36, verbose_name='target')),
                ('assigned_worker_id', models.CharField(blank=True, max_length=100, verbose_name='worker')),
                ('status', models.CharField(choices=[('Queued', 'Queued'), ('Assigned', 'Assigned'), ('Dispatched', 'Dispatched'), ('Running', 'Running'), ('Stalled', 'Stalled'), ('RetryScheduled', 'Retry scheduled'), ('Completed', 'Completed'), ('Failed', 'Failed'), ('TimedOut', 'Timed out'), ('Canceled', 'Canceled')], max_length=16, verbose_name='status')),
                ('prior_status', models.CharField(blank=True, choices=[('Queued', 'Queued'), ('Assigned', 'Assigned'), ('Dispatched', 'Dispatched'), ('Running', 'Running'), ('Stalled', 'Stalled'), ('RetryScheduled', 'Retry scheduled'), ('Completed', 'Completed'), ('Failed', 'Failed'), ('TimedOut', 'Timed out'), ('Canceled', 'Canceled')], max_length=16)),
                ('attempt_number', models.PositiveIntegerField(default=0, verbose_name='attempt')),
                ('max_attempts', models.PositiveIntegerField(default=1)),
                ('retry_when_lost', models.BooleanField(default=False)),
                ('retry_backoff_ms', models.PositiveIntegerField(default=5000)),
                ('retry_after', models.DateTimeField(null=True)),
                ('timeout_ms', models.PositiveBigIntegerField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('lost_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('waiting_for', models.CharField(blank=True, max_length=200)),
                ('cancel_requested', models.BooleanField(default=False)),
                ('cancel_reason', models.CharField(blank=True, max_length=500)),
                ('last_error', models.CharField(blank=True, max_length=2000, verbose_name='error')),
                ('result', models.JSONField(default=dict)),
                ('revision', models.PositiveBigIntegerField(default=0)),
                ('events_written', models.PositiveIntegerField(default=0)),
                ('last_event_hash', models.CharField(blank=True, max_length=64)),
                ('enqueued_at', models.DateTimeField(verbose_name='enqueued at')),
                ('assigned_at', models.DateTimeField(null=True)),
                ('dispatched_at', models.DateTimeField(null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True, verbose_name='started at')),
                ('completed_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('canceled_at', models.DateTimeField(null=True)),
                ('stalled_at', models.DateTimeField(null=True)),
                ('last_event_at', models.DateTimeField(null=True)),
                ('queue_wait_ms', models.PositiveBigIntegerField(null=True)),
                ('health', models.FloatField(null=True)),
                ('health_label', models.CharField(blank=True, max_length=16)),
                ('health_reason', models.CharField(blank=True, max_length=64)),
                ('health_computed_at', models.DateTimeField(null=True)),
                ('actor', models.CharField(max_length=150)),
            ],
            options={
                'verbose_name': 'work item',
                'verbose_name_plural': 'work items',
                'db_table': 'ba_queue_workitem',
                'ordering': ['id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(condition=models.Q(('status', 'Stalled')), fields=['lost_at'], name='work_item_lost'), models.Index(fields=['status', 'priority', 'enqueued_at'], name='work_item_by_priority'), models.Index(fields=['status', 'queue_position'], name='work_item_queue'), models.Index(fields=['assigned_worker_id', 'status'], name='work_item_by_worker'), models.Index(fields=['run_id'], name='work_item_by_run'), models.Index(condition=models.Q(('status__in', ['Dispatched', 'Running', 'Stalled'])), fields=['lease_until'], name='work_item_lease')],
                'constraints': [models.UniqueConstraint(fields=('instance_id', 'idempotency_key'), name='work_item_idempotency')],
            },
        ),
        migrations.CreateModel(
            name='WorkItemAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('work_item_hash', models.CharField(max_length=40)),
                ('attempt_number', models.PositiveIntegerField(verbose_name='attempt')),
                ('run_id', models.CharField(max_length=36)),
                ('worker_id', models.CharField(max_length=100, verbose_name='worker')),
                ('dispatched_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(choices=[('Dispatched', 'Dispatched'), ('Completed', 'Completed'), ('Failed', 'Failed'), ('TimedOut', 'Timed out'), ('Canceled', 'Canceled'), ('Stalled', 'Stalled')], max_length=16, verbose_name='outcome')),
                ('error', models.CharField(blank=True, max_length=2000)),
                ('duration_ms', models.PositiveBigIntegerField(null=True)),
                ('exit_code', models.IntegerField(null=True)),
                ('output_bytes', models.PositiveBigIntegerField(default=0)),
                ('output_dropped_bytes', models.PositiveBigIntegerField(default=0)),
                ('stdout_sha256', models.CharField(blank=True, max_length=64)),
                ('stderr_sha256', models.CharField(blank=True, max_length=64)),
                ('revision', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'db_table': 'ba_queue_workitemattempt',
                'ordering': ['work_item_hash', 'attempt_number'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['run_id'], name='attempt_by_run')],
                'constraints': [models.UniqueConstraint(fields=('work_item_hash', 'attempt_number'), name='attempt_of_work_item')],
            },
        ),
        migrations.CreateModel(
            name='WorkItemEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_guid', models.CharField(max_length=36, unique=True)),
                ('instance_id', models.CharField(max_length=36)),
                ('run_id', models.CharField(max_length=36)),
                ('work_item_hash', models.CharField(max_length=40)),
                ('seq', models.PositiveIntegerField()),
                ('event_type', models.CharField(max_length=32, verbose_name='event')),
                ('from_status', models.CharField(blank=True, choices=[('Queued', 'Queued'), ('Assigned', 'Assigned'), ('Dispatched', 'Dispatched'), ('Running', 'Running'), ('Stalled', 'Stalled'), ('RetryScheduled', 'Retry scheduled'), ('Completed', 'Completed'), ('Failed', 'Failed'), ('TimedOut', 'Timed out'), ('Canceled', 'Canceled')], max_length=16)),
                ('to_status', models.CharField(blank=True, choices=[('Queued', 'Queued'), ('Assigned', 'Assigned'), ('Dispatched', 'Dispatched'), ('Running', 'Running'), ('Stalled', 'Stalled'), ('RetryScheduled', 'Retry scheduled'), ('Completed', 'Completed'), ('Failed', 'Failed'), ('TimedOut', 'Timed out'), ('Canceled', 'Canceled')], max_length=16)),
                ('attempt_number', models.PositiveIntegerField(default=0)),
                ('worker_id', models.CharField(blank=True, max_length=100)),
                ('actor', models.CharField(max_length=150, verbose_name='actor')),
                ('payload', models.TextField(blank=True)),
                ('emitted_at', models.DateTimeField(verbose_name='time')),
                ('chained_hash', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'event of a work item',
                'verbose_name_plural': 'events of work items',
                'db_table': 'ba_queue_workitemevent',
                'ordering': ['id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['run_id'], name='event_by_run')],
                'constraints': [models.UniqueConstraint(fields=('work_item_hash', 'seq'), name='event_of_work_item')],
            },
        ),
        migrations.RunPython(create, remove),
    ]
