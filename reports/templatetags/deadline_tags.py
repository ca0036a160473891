"""Deadlines in templates."""

from django import template

from reports import deadlines

register = template.Library()

register.filter("working_days_left", deadlines.working_days_left)
