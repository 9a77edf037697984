"""Background tasks and Redis, as the environment configures them."""

from tests.site.cms.test_settings import PRODUCTION, python

CHECK = ["check", "--fail-level=WARNING", "--settings=cms.settings.production"]
BACKEND = (
    "import django; django.setup(); from django_tasks import task_backends; "
    "print(type(task_backends['default']).__name__)"
)


def test_tasks_are_immediate_or_queued_in_the_database():
    own = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "cms.settings.production"}
    assert python("-W", "ignore", "-c", BACKEND, **own).stdout == "ImmediateBackend\n"
    queued = own | {"TASKS": "database"}
    assert python("-W", "ignore", "-c", BACKEND, **queued).stdout == "DatabaseBackend\n"
    assert python("manage.py", *CHECK, **queued).returncode == 0


def test_an_invalid_backend_is_reported_in_one_line():
    result = python("manage.py", *CHECK, **PRODUCTION, TASKS="databse")
    assert result.returncode != 0
    assert result.stderr == "TASKS in the environment must be immediate or database\n"


def test_an_invalid_time_zone_is_reported_in_one_line():
    result = python("manage.py", *CHECK, **PRODUCTION, TIME_ZONE="Europe/Berlyn")
    expected = "TIME_ZONE in the environment must be a time zone such as Europe/Berlin\n"
    assert (result.returncode, result.stderr) == (1, expected)


def test_an_invalid_redis_url_is_reported_in_one_line():
    result = python("manage.py", *CHECK, **PRODUCTION, REDIS_URL="127.0.0.1:6379")
    assert result.stderr == "REDIS_URL must begin with one of redis:// rediss:// unix://\n"
