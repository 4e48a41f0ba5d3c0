"""The addresses of the connections pages."""

from django.urls import path

from connections import views

app_name = "connections"
urlpatterns = [
    # Look
    path("", views.connection_list, name="connection_list"),
    path("export/", views.connection_export, name="connection_export"),
    path("completions/", views.connection_completions, name="connection_completions"),
    path("statement/", views.statement, name="statement"),
    # Act
    path("kill/confirm/", views.kill_confirm, name="kill_confirm"),
    path("kill/", views.kill, name="kill"),
    path("killed/", views.kill_result, name="kill_result"),
]
