"""The addresses of the jobs pages."""

from django.urls import path

import jobsite.pages.paths  # noqa: F401  # registers <name:...>
from jobs.actions.offered import ACTIONS
from jobs.views import actions
from jobs.views.acts import act
from jobs.views.job_detail import job_detail
from jobs.views.job_export import job_export
from jobs.views.job_list import job_choices, job_completions, job_counts, job_list
from jobs.views.stored_text import stored_text

app_name = "jobs"
urlpatterns = [
    # Look
    path("", job_list, name="job_list"),
    path("counts/", job_counts, name="job_counts"),
    path("choices/", job_choices, name="job_choices"),
    path("completions/", job_completions, name="job_completions"),
    path("export/", job_export, name="job_export"),
    # Act
    *(path(f"{one.name}/confirm/", actions.confirm_action, {"action": one}, f"{one.name}_confirm") for one in ACTIONS),
    *(path(f"{one.name}/", actions.perform_action, {"action": one}, one.name) for one in ACTIONS),
    path("acts/<int:number>/", act, name="act"),
    # One job
    path("<name:schema>/<name:table_name>/<name:key_hash>/", job_detail, name="job_detail"),
    path("<name:schema>/<name:table_name>/<name:key_hash>/stored/", stored_text, name="stored_text"),
]
