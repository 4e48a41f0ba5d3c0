"""The addresses of the jobs pages."""

from django.urls import path

import jobsite.pages.paths  # noqa: F401  # registers <name:...>
from jobs.views import jobs as views

app_name = "jobs"
urlpatterns = [
    # Look
    path("", views.job_list, name="job_list"),
    # Act
    path("clear/confirm/", views.clear_confirm, name="clear_confirm"),
    path("clear/", views.clear, name="clear"),
    # One job
    path("<name:schema>/<name:table_name>/<name:key_hash>/", views.job_detail, name="job_detail"),
]
