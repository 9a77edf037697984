from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('basepages', '0003_fill_headline_and_summary'),
    ]

    operations = [
        migrations.AddField(
            model_name='owndigest',
            name='time_zone',
            field=models.CharField(blank=True, help_text='Decides which day a new issue is dated, and at what time a scheduled one goes live.', max_length=100, verbose_name='time zone'),
        ),
    ]
