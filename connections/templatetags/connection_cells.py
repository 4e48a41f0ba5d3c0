"""What the templates of connections ask of a connection."""

from django import template

from connections.statements import without_secrets

register = template.Library()
register.filter(without_secrets)
