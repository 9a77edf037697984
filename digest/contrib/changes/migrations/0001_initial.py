import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='FeedState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.UUIDField(default=uuid.uuid4)),
                ('sequence', models.BigIntegerField(default=0)),
                ('forgotten_sequence', models.BigIntegerField(default=0)),
                ('next_expiry', models.DateTimeField(null=True)),
                ('root_locales', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='PublicState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page_id', models.BigIntegerField()),
                ('site_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('digest', 'digest'), ('issue', 'issue')], max_length=10)),
                ('locale_id', models.BigIntegerField()),
                ('url', models.TextField(blank=True)),
                ('fingerprint', models.CharField(blank=True, max_length=64)),
                ('shows', models.TextField(blank=True)),
                ('is_public', models.BooleanField(default=False)),
                ('is_marked', models.BooleanField(default=True)),
                ('is_doubtful', models.BooleanField(default=False)),
                ('failed_at', models.DateTimeField(null=True)),
                ('sequence', models.BigIntegerField(null=True)),
                ('changed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_marked', True)), fields=['id'], name='digest_changes_marked')],
                'constraints': [models.UniqueConstraint(fields=('page_id', 'site_id'), name='digest_changes_publicstate_page'), models.UniqueConstraint(fields=('site_id', 'sequence'), name='digest_changes_publicstate_sequence')],
            },
        ),
    ]
