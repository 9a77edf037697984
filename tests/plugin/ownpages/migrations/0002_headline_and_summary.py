from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ownpages', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='ownissue',
            name='headline',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='ownissue',
            name='summary',
            field=models.TextField(blank=True, editable=False),
        ),
    ]
