from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('digest', '0003_name_uploads'),
    ]

    operations = [
        migrations.AddField(
            model_name='issuepage',
            name='headline',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='issuepage',
            name='summary',
            field=models.TextField(blank=True, editable=False),
        ),
    ]
