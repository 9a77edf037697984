
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import modelcluster.contrib.taggit
import modelcluster.fields
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('basepage', '0003_finalize_page_model'),
        ('taggit', '0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx'),
        ('wagtailimages', '0027_image_description'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnDigest',
            fields=[
                ('basepage_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('giscus_repo', models.CharField(blank=True, help_text='owner/name on GitHub', max_length=140, verbose_name='repository')),
                ('giscus_repo_id', models.CharField(blank=True, max_length=64, verbose_name='repository ID')),
                ('giscus_category', models.CharField(blank=True, max_length=100, verbose_name='category')),
                ('giscus_category_id', models.CharField(blank=True, max_length=64, verbose_name='category ID')),
                ('tagline', models.CharField(blank=True, help_text='What readers get, in one line. Shown under the title and in feeds.', max_length=255, verbose_name='tagline')),
                ('image', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailimages.image', verbose_name='image')),
                ('checklist', models.JSONField(blank=True, default=dict, help_text='What editors are told while they write an issue. A rule that is required holds publishing until it is kept; a warning never does.', verbose_name='checklist')),
                ('new_issue_body', wagtail.fields.StreamField([('headline', 2), ('story_section', 14), ('bottom_line', 16), ('sources', 18)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'help_text': 'Leave empty to use the page title.', 'label': 'Headline', 'max_length': 255, 'required': False}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': 'The whole issue in a few sentences; lists, feeds and link previews show it.', 'label': 'Summary', 'rows': 4}), 2: ('wagtail.blocks.StructBlock', [[('headline', 0), ('summary', 1)]], {}), 3: ('wagtail.blocks.CharBlock', (), {'label': 'Heading', 'max_length': 255}), 4: ('wagtail.blocks.RichTextBlock', (), {'features': ['h3', 'blockquote', 'bold', 'italic', 'link', 'document-link', 'code', 'ol', 'ul', 'strikethrough', 'superscript', 'subscript'], 'label': 'Story'}), 5: ('digest.blocks.WhyItMattersBlock', (), {'required': False}), 6: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Image'}), 7: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'max_length': 300}), 8: ('wagtail.blocks.URLBlock', (), {'help_text': 'Where a reader finds it. Leave empty for a source that is not online.', 'label': 'URL', 'max_length': 2000, 'required': False, 'validators': [django.core.validators.RegexValidator('(?i)^https?://', 'Start with http:// or https://.')]}), 9: ('wagtail.blocks.CharBlock', (), {'label': 'Publisher', 'max_length': 200, 'required': False}), 10: ('wagtail.blocks.CharBlock', (), {'label': 'Author', 'max_length': 200, 'required': False}), 11: ('wagtail.blocks.DateBlock', (), {'label': 'Published on', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('title', 7), ('url', 8), ('publisher', 9), ('author', 10), ('published_on', 11)]], {}), 13: ('wagtail.blocks.ListBlock', (12,), {'default': [], 'label': 'Sources', 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('heading', 3), ('body', 4), ('why_it_matters', 5), ('image', 6), ('sources', 13)]], {}), 15: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'link', 'document-link', 'code', 'ol', 'ul', 'strikethrough', 'superscript', 'subscript'], 'label': 'Text'}), 16: ('wagtail.blocks.StructBlock', [[('text', 15)]], {}), 17: ('wagtail.blocks.ListBlock', (12,), {'label': 'Sources'}), 18: ('wagtail.blocks.StructBlock', [[('items', 17)]], {})}, verbose_name='blocks of a new issue')),
            ],
            options={
                'abstract': False,
            },
            bases=('basepage.basepage', models.Model),
        ),
        migrations.CreateModel(
            name='OwnIssue',
            fields=[
                ('basepage_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                ('date', models.DateField(db_index=True, default=django.utils.timezone.localdate, help_text='The day this issue is for. Issues are ordered by it, and the slug follows it.', verbose_name='date')),
                ('number', models.PositiveIntegerField(blank=True, help_text='Counted up within the digest. Leave empty to take the next one.', null=True, validators=[django.core.validators.MaxValueValidator(999999)], verbose_name='number')),
                ('word_count', models.PositiveIntegerField(default=0, editable=False)),
                ('editor', models.CharField(blank=True, max_length=100)),
                ('body', wagtail.fields.StreamField([('headline', 2), ('story_section', 14), ('bottom_line', 16), ('sources', 18), ('sponsor', 21)], block_lookup={0: ('wagtail.blocks.CharBlock', (), {'help_text': 'Leave empty to use the page title.', 'label': 'Headline', 'max_length': 255, 'required': False}), 1: ('wagtail.blocks.TextBlock', (), {'help_text': 'The whole issue in a few sentences; lists, feeds and link previews show it.', 'label': 'Summary', 'rows': 4}), 2: ('wagtail.blocks.StructBlock', [[('headline', 0), ('summary', 1)]], {}), 3: ('wagtail.blocks.CharBlock', (), {'label': 'Heading', 'max_length': 255}), 4: ('wagtail.blocks.RichTextBlock', (), {'features': ['h3', 'blockquote', 'bold', 'italic', 'link', 'document-link', 'code', 'ol', 'ul', 'strikethrough', 'superscript', 'subscript'], 'label': 'Story'}), 5: ('digest.blocks.WhyItMattersBlock', (), {'required': False}), 6: ('wagtail.images.blocks.ImageBlock', [], {'label': 'Image'}), 7: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'max_length': 300}), 8: ('wagtail.blocks.URLBlock', (), {'help_text': 'Where a reader finds it. Leave empty for a source that is not online.', 'label': 'URL', 'max_length': 2000, 'required': False, 'validators': [django.core.validators.RegexValidator('(?i)^https?://', 'Start with http:// or https://.')]}), 9: ('wagtail.blocks.CharBlock', (), {'label': 'Publisher', 'max_length': 200, 'required': False}), 10: ('wagtail.blocks.CharBlock', (), {'label': 'Author', 'max_length': 200, 'required': False}), 11: ('wagtail.blocks.DateBlock', (), {'label': 'Published on', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('title', 7), ('url', 8), ('publisher', 9), ('author', 10), ('published_on', 11)]], {}), 13: ('wagtail.blocks.ListBlock', (12,), {'default': [], 'label': 'Sources', 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('heading', 3), ('body', 4), ('why_it_matters', 5), ('image', 6), ('sources', 13)]], {}), 15: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'link', 'document-link', 'code', 'ol', 'ul', 'strikethrough', 'superscript', 'subscript'], 'label': 'Text'}), 16: ('wagtail.blocks.StructBlock', [[('text', 15)]], {}), 17: ('wagtail.blocks.ListBlock', (12,), {'label': 'Sources'}), 18: ('wagtail.blocks.StructBlock', [[('items', 17)]], {}), 19: ('wagtail.blocks.CharBlock', (), {}), 20: ('wagtail.blocks.RichTextBlock', (), {}), 21: ('wagtail.blocks.StructBlock', [[('name', 19), ('message', 20)]], {})})),
                ('image', models.ForeignKey(blank=True, help_text='Shown at the top of the issue, in lists and in link previews.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailimages.image', verbose_name='image')),
            ],
            options={
                'abstract': False,
            },
            bases=('basepage.basepage', models.Model),
        ),
        migrations.CreateModel(
            name='OwnIssueTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='tagged_items', to=settings.DIGEST_ISSUEPAGE_MODEL)),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_items', to='taggit.tag')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='ownissue',
            name='tags',
            field=modelcluster.contrib.taggit.ClusterTaggableManager(blank=True, help_text='A comma-separated list of tags.', through='basepages.OwnIssueTag', to='taggit.Tag', verbose_name='tags'),
        ),
    ]
