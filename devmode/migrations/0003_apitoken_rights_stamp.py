from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devmode', '0002_devmodegrant'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='rights_stamp',
            field=models.CharField(blank=True, default='', max_length=128, verbose_name='digest of the password then'),
            preserve_default=False,
        ),
    ]
