from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('digest', '0012_usual_time'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='citation',
            index=models.Index(fields=['-date', '-source'], name='digest_citation_order'),
        ),
    ]
