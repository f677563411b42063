"""Jobs, their components and occurrences."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('guid', models.CharField(max_length=36, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('targets', models.JSONField(default=list, verbose_name='targets')),
                ('schedule_type', models.CharField(choices=[('immediately', 'Immediately'), ('once', 'Once'), ('every_5_minutes', 'Every 5 minutes'), ('every_10_minutes', 'Every 10 minutes'), ('every_15_minutes', 'Every 15 minutes'), ('every_30_minutes', 'Every 30 minutes'), ('every_hour', 'Every hour'), ('daily', 'Daily'), ('weekly', 'Weekly'), ('monthly', 'Monthly'), ('yearly', 'Yearly'), ('cron', 'Cron')], max_length=24, verbose_name='schedule')),
                ('start_at', models.DateTimeField(verbose_name='start')),
                ('cron', models.CharField(blank=True, max_length=200, verbose_name='cron rule')),
                ('zone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                ('expiration', models.CharField(default='no_expire', max_length=16, verbose_name='expiration')),
                ('execution_context', models.CharField(choices=[('system', 'System')], default='system', max_length=24)),
                ('misfire', models.CharField(choices=[('skip', 'Leave them out'), ('once', 'Run once for all of them'), ('all', 'Run each of the last 24 hours')], default='once', max_length=8, verbose_name='missed times')),
                ('overlap', models.CharField(choices=[('skip', 'Leave it out'), ('queue', 'Run it after the other has ended'), ('parallel', 'Run both')], default='skip', max_length=8, verbose_name='overlapping runs')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('disabled_reason', models.CharField(blank=True, max_length=64)),
                ('armed_at', models.DateTimeField()),
                ('considered_until', models.DateTimeField(null=True)),
                ('next_at', models.DateTimeField(null=True, verbose_name='next time')),
                ('revision', models.PositiveIntegerField(default=1)),
                ('editor_id', models.BigIntegerField()),
                ('editor_name', models.CharField(max_length=150, verbose_name='last edited by')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('updated_at', models.DateTimeField(verbose_name='updated at')),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'db_table': 'ba_scheduled_job',
                'ordering': ['name', 'id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(condition=models.Q(('enabled', True)), fields=['next_at'], name='job_by_next_time')],
            },
        ),
        migrations.CreateModel(
            name='Component',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('assembly_guid', models.CharField(max_length=64, verbose_name='assembly')),
                ('given_name', models.CharField(blank=True, max_length=500)),
                ('variables', models.JSONField(default=dict)),
                ('ciphertext', models.BinaryField(default=bytes)),
                ('pinned', models.JSONField(default=dict)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='components', to='schedules.job')),
            ],
            options={
                'verbose_name': 'component of a job',
                'verbose_name_plural': 'components of jobs',
                'db_table': 'ba_scheduled_component',
                'ordering': ['position'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['assembly_guid'], name='component_by_assembly')],
                'constraints': [models.UniqueConstraint(fields=('job', 'position'), name='component_of_job')],
            },
        ),
        migrations.CreateModel(
            name='Occurrence',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('scheduled_at', models.DateTimeField(verbose_name='scheduled at')),
                ('status', models.CharField(choices=[('Pending', 'Pending'), ('Running', 'Running'), ('Success', 'Success'), ('Failed', 'Failed'), ('Timed Out', 'Timed out'), ('Expired', 'Expired'), ('Skipped', 'Skipped'), ('Canceled', 'Canceled')], max_length=12, verbose_name='status')),
                ('reason', models.CharField(blank=True, max_length=64)),
                ('detail', models.CharField(blank=True, max_length=500)),
                ('run_id', models.CharField(blank=True, max_length=36, verbose_name='run')),
                ('run_count', models.PositiveSmallIntegerField(default=0)),
                ('targets', models.JSONField(default=list)),
                ('counts', models.JSONField(default=dict)),
                ('missed', models.PositiveIntegerField(default=0)),
                ('is_hidden', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occurrences', to='schedules.job')),
            ],
            options={
                'verbose_name': 'occurrence of a job',
                'verbose_name_plural': 'occurrences of jobs',
                'db_table': 'ba_scheduled_occurrence',
                'ordering': ['-scheduled_at', '-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['scheduled_at'], name='occurrence_by_time'), models.Index(condition=models.Q(('status__in', ['Pending', 'Running'])), fields=['status'], name='occurrence_live'), models.Index(fields=['run_id'], name='occurrence_by_run')],
                'constraints': [models.UniqueConstraint(fields=('job', 'scheduled_at'), name='occurrence_of_job')],
            },
        ),
    ]
