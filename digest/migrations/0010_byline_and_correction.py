
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('digest', '0009_upload_images'),
    ]

    operations = [
        migrations.AddField(
            model_name='issuepage',
            name='byline',
            field=models.CharField(blank=True, help_text='Who wrote this issue, as readers see it. Without it, the digest is named.', max_length=255, verbose_name='byline'),
        ),
        migrations.AddField(
            model_name='issuepage',
            name='corrected_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='issuepage',
            name='correction',
            field=models.TextField(blank=True, help_text='For example: The first story named the wrong city. It is Porto.', verbose_name='correction note'),
        ),
    ]
