from django.db import migrations

from digest.pages.headlines import fill_headlines


def fill(apps, schema_editor):
    model = apps.get_model('digest', 'IssuePage')
    if not model._meta.swapped:
        fill_headlines(model, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ('digest', '0004_headline_and_summary'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
