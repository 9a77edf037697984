import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import modelcluster.contrib.taggit
import modelcluster.fields
import swapper
import wagtail.fields
from django.conf import settings
from django.db import migrations, models
from wagtail.images import get_image_model_string


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('taggit', '0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx'),
        ('wagtailcore', '0098_apitoken'),
        migrations.swappable_dependency(get_image_model_string()),
        # Of a site's own pages, where it has any; otherwise these are in this app.
        migrations.swappable_dependency(settings.DIGEST_DIGESTPAGE_MODEL),
        migrations.swappable_dependency(settings.DIGEST_ISSUEPAGE_MODEL),
        migrations.swappable_dependency(settings.DIGEST_ISSUETAG_MODEL),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        migrations.swappable_dependency(settings.WAGTAIL_PAGE_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContentVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='DigestPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.Page')),
                ('giscus_repo', models.CharField(blank=True, help_text='owner/name on GitHub', max_length=140, verbose_name='repository')),
                ('giscus_repo_id', models.CharField(blank=True, max_length=64, verbose_name='repository ID')),
                ('giscus_category', models.CharField(blank=True, max_length=100, verbose_name='category')),
                ('giscus_category_id', models.CharField(blank=True, max_length=64, verbose_name='category ID')),
                ('tagline', models.CharField(blank=True, help_text='What readers get, in one line. Shown under the title and in feeds.', max_length=255, verbose_name='tagline')),
                ('image', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=get_image_model_string(), verbose_name='image')),
                ('checklist', models.JSONField(blank=True, default=dict, help_text='What editors are told while they write an issue. A rule that is required holds publishing until it is kept; a warning never does.', verbose_name='checklist')),
                ('new_issue_body', wagtail.fields.StreamField([('headline', 2), ('story_section', 14), ('bottom_line', 16), ('sources', 18)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'help_text': 'Leave empty to use the page title.', 'label': 'Headline', 'max_length': 255, 'required': False}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': 'The whole issue in a few sentences; lists, feeds and link previews show it.', 'label': 'Summary', 'rows': 4}), 2: ('wagtail.blocks.StructBlock', [[('headline', 0), ('summary', 1)]], {}), 3: ('wagtail.blocks.CharBlock', (), {'label': 'Heading', 'max_length': 255}), 4: ('wagtail.blocks.RichTextBlock', (), {'features': ['h3', 'blockquote', 'bold', 'italic', 'link', 'document-link', 'code', 'ol', 'ul', 'strikethrough', 'superscript', 'subscript'], 'label': 'Story'}), 5: ('digest.blocks.WhyItMattersBlock', (), {'required': False}), 6: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Image'}), 7: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'max_length': 300}), 8: ('wagtail.blocks.URLBlock', (), {'help_text': 'Where a reader finds it. Leave empty for a source that is not online.', 'label': 'URL', 'max_length': 2000, 'required': False, 'validators': [django.core.validators.RegexValidator('(?i)^https?://', 'Start with http:// or https://.')]}), 9: ('wagtail.blocks.CharBlock', (), {'label': 'Publisher', 'max_length': 200, 'required': False}), 10: ('wagtail.blocks.CharBlock', (), {'label': 'Author', 'max_length': 200, 'required': False}), 11: ('wagtail.blocks.DateBlock', (), {'label': 'Published on', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('title', 7), ('url', 8), ('publisher', 9), ('author', 10), ('published_on', 11)]], {}), 13: ('wagtail.blocks.ListBlock', (12,), {'default': [], 'label': 'Sources', 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('heading', 3), ('body', 4), ('why_it_matters', 5), ('image', 6), ('sources', 13)]], {}), 15: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'link', 'document-link', 'code', 'ol', 'ul', 'strikethrough', 'superscript', 'subscript'], 'label': 'Text'}), 16: ('wagtail.blocks.StructBlock', [[('text', 15)]], {}), 17: ('wagtail.blocks.ListBlock', (12,), {'label': 'Sources'}), 18: ('wagtail.blocks.StructBlock', [[('items', 17)]], {})}, verbose_name='blocks of a new issue')),
            ],
            options={
                'verbose_name': 'digest',
                'verbose_name_plural': 'digests',
                'swappable': 'DIGEST_DIGESTPAGE_MODEL',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='IssuePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.Page')),
                ('date', models.DateField(db_index=True, default=django.utils.timezone.localdate, help_text='The day this issue is for. Issues are ordered by it, and the slug follows it.', verbose_name='date')),
                ('number', models.PositiveIntegerField(blank=True, help_text='Counted up within the digest. Leave empty to take the next one.', null=True, validators=[django.core.validators.MaxValueValidator(999999)], verbose_name='number')),
                ('body', wagtail.fields.StreamField([('headline', 2), ('story_section', 14), ('bottom_line', 16), ('sources', 18)], block_lookup={0: ('wagtail.blocks.CharBlock', (), {'help_text': 'Leave empty to use the page title.', 'label': 'Headline', 'max_length': 255, 'required': False}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': 'The whole issue in a few sentences; lists, feeds and link previews show it.', 'label': 'Summary', 'rows': 4}), 2: ('wagtail.blocks.StructBlock', [[('headline', 0), ('summary', 1)]], {}), 3: ('wagtail.blocks.CharBlock', (), {'label': 'Heading', 'max_length': 255}), 4: ('wagtail.blocks.RichTextBlock', (), {'features': ['h3', 'blockquote', 'bold', 'italic', 'link', 'document-link', 'code', 'ol', 'ul', 'strikethrough', 'superscript', 'subscript'], 'label': 'Story'}), 5: ('digest.blocks.WhyItMattersBlock', (), {'required': False}), 6: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Image'}), 7: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'max_length': 300}), 8: ('wagtail.blocks.URLBlock', (), {'help_text': 'Where a reader finds it. Leave empty for a source that is not online.', 'label': 'URL', 'max_length': 2000, 'required': False, 'validators': [django.core.validators.RegexValidator('(?i)^https?://', 'Start with http:// or https://.')]}), 9: ('wagtail.blocks.CharBlock', (), {'label': 'Publisher', 'max_length': 200, 'required': False}), 10: ('wagtail.blocks.CharBlock', (), {'label': 'Author', 'max_length': 200, 'required': False}), 11: ('wagtail.blocks.DateBlock', (), {'label': 'Published on', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('title', 7), ('url', 8), ('publisher', 9), ('author', 10), ('published_on', 11)]], {}), 13: ('wagtail.blocks.ListBlock', (12,), {'default': [], 'label': 'Sources', 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('heading', 3), ('body', 4), ('why_it_matters', 5), ('image', 6), ('sources', 13)]], {}), 15: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'link', 'document-link', 'code', 'ol', 'ul', 'strikethrough', 'superscript', 'subscript'], 'label': 'Text'}), 16: ('wagtail.blocks.StructBlock', [[('text', 15)]], {}), 17: ('wagtail.blocks.ListBlock', (12,), {'label': 'Sources'}), 18: ('wagtail.blocks.StructBlock', [[('items', 17)]], {})}, verbose_name='body')),
                ('word_count', models.PositiveIntegerField(default=0, editable=False)),
                ('image', models.ForeignKey(blank=True, help_text='Shown at the top of the issue, in lists and in link previews.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=get_image_model_string(), verbose_name='image')),
            ],
            options={
                'verbose_name': 'issue',
                'verbose_name_plural': 'issues',
                'swappable': 'DIGEST_ISSUEPAGE_MODEL',
            },
            bases=('wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='IssueTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='tagged_items', to=settings.DIGEST_ISSUEPAGE_MODEL)),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_items', to='taggit.tag')),
            ],
            options={
                'swappable': 'DIGEST_ISSUETAG_MODEL',
            },
        ),
        migrations.AddField(
            model_name='issuepage',
            name='tags',
            field=modelcluster.contrib.taggit.ClusterTaggableManager(blank=True, help_text='A comma-separated list of tags.', through=swapper.get_model_name("digest", "IssueTag"), to='taggit.Tag', verbose_name='tags'),
        ),
        migrations.CreateModel(
            name='Story',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('block_id', models.CharField(db_index=True, max_length=255, verbose_name='block ID')),
                ('date', models.DateField(verbose_name='date')),
                ('heading', models.TextField(verbose_name='heading')),
                ('anchor', models.CharField(max_length=100, verbose_name='anchor')),
                ('text', models.TextField(verbose_name='text')),
                ('value', models.JSONField(verbose_name='value')),
                ('issue', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.DIGEST_ISSUEPAGE_MODEL, verbose_name='issue')),
            ],
            options={
                'verbose_name': 'story',
                'verbose_name_plural': 'stories',
                'indexes': [models.Index(fields=['-date', '-issue', 'position'], name='digest_story_order')],
                'constraints': [models.UniqueConstraint(fields=('issue', 'position'), name='digest_story_position')],
            },
        ),
        migrations.CreateModel(
            name='CheckedHost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, unique=True, verbose_name='host')),
                ('free_at', models.DateTimeField(verbose_name='free at')),
            ],
            options={
                'verbose_name': 'host of sources',
                'verbose_name_plural': 'hosts of sources',
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=64, unique=True, verbose_name='key')),
                ('canonical_url', models.TextField(editable=False, verbose_name='canonical URL')),
                ('host', models.CharField(db_index=True, editable=False, max_length=255, verbose_name='host')),
                ('title', models.CharField(blank=True, help_text='Leave empty to show the title it was cited with last.', max_length=300, verbose_name='title')),
                ('publisher', models.CharField(blank=True, help_text='Leave empty to show the publisher it was cited with last.', max_length=200, verbose_name='publisher')),
                ('published_on', models.DateField(blank=True, null=True, verbose_name='published on')),
                ('state', models.CharField(choices=[('unchecked', 'not checked yet'), ('found', 'found'), ('moved', 'moved'), ('dead', 'dead'), ('unreachable', 'could not be reached'), ('refused', 'closed to checks')], default='unchecked', editable=False, max_length=20, verbose_name='state')),
                ('http_status', models.PositiveSmallIntegerField(blank=True, editable=False, null=True, verbose_name='HTTP status')),
                ('moved_to', models.TextField(blank=True, editable=False, verbose_name='moved to')),
                ('checked_at', models.DateTimeField(blank=True, db_index=True, editable=False, null=True, verbose_name='last checked')),
                ('due_at', models.DateTimeField(blank=True, db_index=True, editable=False, null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0, editable=False)),
            ],
            options={
                'verbose_name': 'source',
                'verbose_name_plural': 'sources',
            },
        ),
        migrations.CreateModel(
            name='PreviewToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('content', models.JSONField(editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('is_buffer', models.BooleanField(default=False, editable=False)),
                ('is_new_page', models.BooleanField(default=False, editable=False)),
                ('is_shared', models.BooleanField(default=False, verbose_name='shared')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='expires')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='revoked')),
                ('last_used_at', models.DateTimeField(null=True, verbose_name='last used')),
                ('page', models.ForeignKey(help_text='Of a draft that is not saved yet, the digest it will be in.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.WAGTAIL_PAGE_MODEL, verbose_name='page')),
                ('revision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='wagtailcore.revision', verbose_name='revision')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
            ],
            options={
                'verbose_name': 'preview link',
                'verbose_name_plural': 'preview links',
            },
        ),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checked_at', models.DateTimeField(verbose_name='checked')),
                ('state', models.CharField(choices=[('unchecked', 'not checked yet'), ('found', 'found'), ('moved', 'moved'), ('dead', 'dead'), ('unreachable', 'could not be reached'), ('refused', 'closed to checks')], max_length=20, verbose_name='state')),
                ('http_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='HTTP status')),
                ('moved_to', models.TextField(blank=True, verbose_name='moved to')),
                ('detail', models.TextField(blank=True, verbose_name='detail')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='digest.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'check of a source',
                'verbose_name_plural': 'checks of sources',
                'ordering': ['-checked_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('text', models.TextField(verbose_name='text')),
                ('format', models.CharField(max_length=20, verbose_name='format')),
                ('roles', models.JSONField(default=dict, help_text='Those an editor corrected.', verbose_name='roles')),
                ('notes', models.JSONField(default=list, verbose_name='notes')),
                ('summary', models.TextField(blank=True, verbose_name='what was recognised')),
                ('title', models.CharField(blank=True, max_length=255, verbose_name='title')),
                ('date', models.DateField(blank=True, null=True, verbose_name='date')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='brought')),
                ('digest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.DIGEST_DIGESTPAGE_MODEL, verbose_name='digest')),
                ('issue', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.DIGEST_ISSUEPAGE_MODEL, verbose_name='issue')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='brought by')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
            },
        ),
        migrations.CreateModel(
            name='Citation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('date', models.DateField(help_text='That of the issue.', verbose_name='date')),
                ('content_path', models.TextField(verbose_name='content path')),
                ('title', models.CharField(blank=True, max_length=300, verbose_name='title')),
                ('publisher', models.CharField(blank=True, max_length=200, verbose_name='publisher')),
                ('url', models.TextField(verbose_name='URL')),
                ('issue', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.DIGEST_ISSUEPAGE_MODEL, verbose_name='issue')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='citations', to='digest.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'citation',
                'verbose_name_plural': 'citations',
                'indexes': [models.Index(fields=['source', '-date', '-issue'], name='digest_citation_latest')],
                'constraints': [models.UniqueConstraint(fields=('issue', 'position'), name='digest_citation_position')],
            },
        ),
    ]
