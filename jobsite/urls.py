"""The addresses of the site."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from jobsite.pages.health import healthz

urlpatterns = [
    # The way in
    path("", RedirectView.as_view(pattern_name="jobs:job_list"), name="home"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("healthz", healthz, name="healthz"),
    # The lab's server
    path("jobs/", include("jobs.urls")),
    path("errors/", include("jobs.error_urls")),
    path("connections/", include("connections.urls")),
    # People
    path("account/", include("jobsite.accounts.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "jobsite.pages.http.bad_request"
handler403 = "jobsite.pages.http.not_allowed"
handler404 = "jobsite.pages.http.not_found"
