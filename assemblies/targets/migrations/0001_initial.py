"""Targets, the assignment, the streams and their outbox."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# The number of the transaction that writes an entry, which PostgreSQL alone can say; elsewhere it stays 0.
FILL = "ALTER TABLE ba_persistence_outbox ALTER COLUMN xid SET DEFAULT (pg_current_xact_id()::text::bigint)"


def fill_xid(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql" and schema_editor.connection.alias == "execution":
        schema_editor.execute(FILL)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='PersistenceConnection',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('database', models.CharField(max_length=128, verbose_name='database')),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=150)),
            ],
            options={
                'db_table': 'ba_persistence_connection',
                'ordering': ['database'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PersistenceTarget',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('engine', models.CharField(choices=[('sqlite', 'SQLite'), ('postgresql', 'PostgreSQL'), ('mysql', 'MySQL or MariaDB'), ('mssql', 'Microsoft SQL Server')], max_length=16, verbose_name='engine')),
                ('host', models.CharField(blank=True, max_length=255, verbose_name='host')),
                ('port', models.PositiveIntegerField(null=True, verbose_name='port')),
                ('user', models.CharField(blank=True, max_length=128, verbose_name='user')),
                ('secret_ref', models.CharField(blank=True, max_length=128)),
                ('options', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=150)),
            ],
            options={
                'verbose_name': 'persistence target',
                'verbose_name_plural': 'persistence targets',
                'db_table': 'ba_persistence_target',
                'ordering': ['name'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='StreamState',
            fields=[
                ('stream', models.CharField(choices=[('queue', 'Queue'), ('manifest', 'Manifests')], max_length=16, primary_key=True, serialize=False)),
                ('assignment_guid', models.CharField(max_length=36)),
                ('state', models.CharField(choices=[('unassigned', 'Not assigned'), ('waiting-for-beacon', 'Waiting for the target'), ('bootstrapping', 'First copy'), ('bootstrapped', 'Up to date'), ('error', 'Error')], max_length=24)),
                ('last_error', models.CharField(blank=True, max_length=64)),
                ('error_detail', models.JSONField(default=dict)),
                ('assigned_at', models.DateTimeField()),
                ('bootstrapped_at', models.DateTimeField(null=True)),
                ('probed_at', models.DateTimeField(null=True)),
                ('pushed_at', models.DateTimeField(null=True)),
                ('first_xid', models.BigIntegerField(null=True)),
                ('copy_table', models.CharField(blank=True, max_length=64)),
                ('copy_position', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'db_table': 'ba_persistence_streamstate',
                'ordering': ['stream'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Watermark',
            fields=[
                ('stream', models.CharField(choices=[('queue', 'Queue'), ('manifest', 'Manifests')], max_length=16, primary_key=True, serialize=False)),
                ('xid', models.BigIntegerField(default=0)),
                ('entry_id', models.BigIntegerField(default=0)),
                ('moved_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'ba_persistence_watermark',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='OutboxEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('xid', models.BigIntegerField(db_default=0)),
                ('stream', models.CharField(choices=[('queue', 'Queue'), ('manifest', 'Manifests')], max_length=16)),
                ('table', models.CharField(max_length=64)),
                ('row_key', models.CharField(max_length=64)),
                ('run_id', models.CharField(max_length=36)),
                ('noted_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ba_persistence_outbox',
                'ordering': ['xid', 'id'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['stream', 'xid', 'id'], name='outbox_in_order')],
            },
        ),
        migrations.CreateModel(
            name='PersistenceAssignment',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('guid', models.CharField(max_length=36)),
                ('assigned_at', models.DateTimeField()),
                ('assigned_by', models.CharField(max_length=150)),
                ('holder', models.CharField(blank=True, max_length=36)),
                ('held_until', models.DateTimeField(null=True)),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='targets.persistenceconnection')),
            ],
            options={
                'db_table': 'ba_persistence_assignment',
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='persistenceconnection',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='connections', to='targets.persistencetarget'),
        ),
        migrations.CreateModel(
            name='SchemaReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('success', models.BooleanField()),
                ('dry_run', models.BooleanField()),
                ('report', models.JSONField()),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='targets.persistenceconnection')),
            ],
            options={
                'db_table': 'ba_persistence_schemareport',
                'ordering': ['-made_at', '-id'],
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='persistenceconnection',
            constraint=models.UniqueConstraint(fields=('target', 'database'), name='database_of_target'),
        ),
        migrations.RunPython(fill_xid, migrations.RunPython.noop),
    ]
