"""What a lab would have without Jobsite: Django's own admin over the jobs table, with the columns of our list."""
