"""What every module of the API stands on: the database, shapes, problems, paging and the request guard.

Flows in: settings and HTTP requests. Flows out: transactions, replies with `ok`, problems with a remedy.
The kernel knows no module; modules know the kernel and their own family.
"""
