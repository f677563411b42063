from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assemblies', '0005_flags_of_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyedRequest',
            fields=[
                ('event_guid', models.CharField(max_length=36, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
