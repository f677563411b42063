"""The token for the hosting API."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='HostingToken',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('ciphertext', models.BinaryField()),
                ('updated_at', models.DateTimeField()),
                ('updated_by', models.CharField(max_length=150)),
            ],
            options={
                'db_table': 'ba_hosting_token',
                'default_permissions': (),
            },
        ),
    ]
