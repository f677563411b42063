"""Which secret key an installation knows."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devmode', '0006_installation'),
    ]

    operations = [
        migrations.AddField(
            model_name='installation',
            name='secret_key_fingerprint',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='devmodegrant',
            name='end_reason',
            field=models.CharField(blank=True, choices=[('left', 'Left by its holder'), ('replaced', 'Replaced by a newer grant'), ('revoked', 'Revoked by an administrator'), ('signed_out', 'The session or token ended'), ('rights_lost', 'The account lost its rights, or its password changed'), ('clock_set_back', 'The clock was set back'), ('secret_key', "The server's secret key was replaced")], max_length=16, verbose_name='why it ended'),
        ),
    ]
