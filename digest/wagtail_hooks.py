"""Register viewsets and an image operation; import the modules of ``digest.admin`` with hooks."""

from django.apps import apps
from wagtail import hooks
from wagtail_modeladmin.options import modeladmin_register

from digest.admin import home, jobs, menu  # noqa: F401
from digest.admin.importing import views as import_views  # noqa: F401
from digest.admin.issues import editing_state, validation_hooks  # noqa: F401
from digest.admin.issues import views as issue_views  # noqa: F401
from digest.admin.issues.editing import DigestViewSet, IssueViewSet
from digest.admin.previews import panel  # noqa: F401
from digest.admin.previews import views as preview_views  # noqa: F401
from digest.admin.sources import links  # noqa: F401
from digest.admin.sources import views as source_views  # noqa: F401
from digest.admin.tags import TagAdmin
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.rendering.renditions import NoMetadataOperation

if apps.is_installed("wagtail_modeladmin"):
    modeladmin_register(TagAdmin)
    menu.add_to_digest_menu(TagAdmin)


@hooks.register("register_admin_viewset")
def register_issue_viewset() -> IssueViewSet:
    return IssueViewSet("digest_issue", model=get_issue_page_model())


@hooks.register("register_admin_viewset")
def register_digest_viewset() -> DigestViewSet:
    return DigestViewSet("digest_digest", model=get_digest_page_model())


@hooks.register("register_image_operations")
def register_image_operations() -> list[tuple[str, type]]:
    return [("nometadata", NoMetadataOperation)]
