"""Lessons as data: reading the files, checking a step against a record, remembering what is done. No UI.

Reading order: `lesson` (what a lesson is), `loader` (from Markdown), `expression` and `checks` (against a record),
`progress` (what the learner has done), `validation` (are the lessons themselves right).
"""
