from django.db import migrations

from digest.pages.headlines import fill_headlines


def fill(apps, schema_editor):
    fill_headlines(apps.get_model('ownpages', 'OwnIssue'), schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ('ownpages', '0002_headline_and_summary'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
