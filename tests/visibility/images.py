"""Private images in every place of an issue that can have one."""

import uuid

from django.core.files.base import ContentFile
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file_jpeg
from wagtail.models import Collection, CollectionViewRestriction

from tests.builders import block, body, story
from tests.visibility.builders import cited


def private_collection():
    """Create a collection that is private to logged-in users."""
    root = Collection.get_first_root_node()
    collection = root.add_child(name=f"unsaidcollection{uuid.uuid4().hex[:6]}")
    CollectionViewRestriction.objects.create(
        collection=collection, restriction_type=CollectionViewRestriction.LOGIN
    )
    return collection


def make_hidden_image(collection):
    """Create an image whose title, description, tag and file name must not be public."""
    name = f"unsaidfile{uuid.uuid4().hex[:6]}"
    data = get_test_image_file_jpeg(filename=f"{name}.jpg", size=(40, 30)).file.getvalue()
    image = get_image_model().objects.create(
        title="unsaidimage",
        description="unsaiddescription",
        file=ContentFile(data, name=f"{name}.jpg"),
        collection=collection,
    )
    image.tags.add("unsaidimagetag")
    return image


def illustrated(make_issue, digest, word, collection):
    """Make an issue with an image of the collection at the top, in a story and in its text."""
    image = make_hidden_image(collection)
    chosen = {"image": image.pk, "decorative": False, "alt_text": "unsaidalt"}
    embed = f'<embed embedtype="image" id="{image.pk}" format="left" alt="unsaidembed"/>'
    text = f"<p>text{word} happened.</p>{embed}"
    with_image = story(f"story{word}", body=text, image=chosen, sources=[cited(word)])
    blocks = [with_image, block("bottom_line", text=text)]
    return make_issue(digest, word, image=image, body=body(*blocks))
