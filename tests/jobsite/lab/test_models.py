"""What Django refuses to do to a table of the lab's server."""

from collections.abc import Callable

import pytest

from connections.models import Connection
from jobs.models import Job
from jobsite.lab.models import LabModel

WAYS_TO_WRITE: dict[str, Callable[[type[LabModel]], object]] = {
    "save": lambda model: model().save(),
    "delete": lambda model: model().delete(),
    "create": lambda model: model._default_manager.create(),
    "create many": lambda model: model._default_manager.bulk_create([model()]),
    "update": lambda model: model._default_manager.update(),
    "update some": lambda model: model._default_manager.all().update(),
    "delete all": lambda model: model._default_manager.all().delete(),
}


@pytest.mark.parametrize("model", [Job, Connection])
@pytest.mark.parametrize("way", WAYS_TO_WRITE)
def test_a_row_of_the_lab_s_is_not_written_in_any_of_django_s_ways(model: type[LabModel], way: str) -> None:
    with pytest.raises(TypeError, match=model.written_by):
        WAYS_TO_WRITE[way](model)
