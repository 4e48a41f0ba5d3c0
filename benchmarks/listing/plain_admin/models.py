"""A job as Django would read it without Jobsite."""

import os

from django.db import models

JOBS_TABLE = os.environ.get("BENCHMARK_TABLE", "")
"""The jobs table, quoted and with its schema."""


class Row(models.Model):
    """A row of a jobs table, without its stack."""

    key_hash = models.CharField(max_length=32, primary_key=True)
    table_name = models.CharField(max_length=255)
    status = models.CharField(max_length=16)
    key = models.BinaryField()
    error_message = models.CharField(max_length=2047)
    user = models.CharField(max_length=255)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    connection_id = models.BigIntegerField()
    timestamp = models.DateTimeField()

    class Meta:
        managed = False
        db_table = JOBS_TABLE

    def __str__(self) -> str:
        """Return what tells it from others."""
        return self.key_hash
