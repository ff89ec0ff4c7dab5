"""Limited processes for what is not trusted: templates with logic.

A worker has no environment, no files to write, little memory and a time for each job. It is a process and
not a thread because only a process can be stopped and its memory given back.
"""
