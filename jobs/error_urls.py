"""The addresses of the pages of errors."""

from django.urls import path

from jobs.views.error_group import error_group, error_sharing
from jobs.views.error_list import error_completions, error_list

app_name = "errors"
urlpatterns = [
    path("", error_list, name="error_list"),
    path("completions/", error_completions, name="error_completions"),
    path("<str:fingerprint>/", error_group, name="error_group"),
    path("<str:fingerprint>/sharing/", error_sharing, name="error_sharing"),
]
