from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownpages', '0006_byline_and_correction'),
    ]

    operations = [
        migrations.AddField(
            model_name='owndigest',
            name='usual_time',
            field=models.TimeField(blank=True, help_text='In the time zone of the digest. An issue can be scheduled for it in one step: it goes live at this time on its date.', null=True, verbose_name='usual time of publication'),
        ),
    ]
