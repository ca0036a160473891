"""Addresses under reporting/."""

from django.urls import path

from reports.rounds.reviewing import views

urlpatterns = [
    path("reporting/rounds/<int:pk>/review/", views.queue, name="review-queue"),
    path("reporting/rounds/<int:pk>/approve/", views.approve_selected, name="approve-selected"),
    path("reporting/approvals/<int:pk>/undo/", views.undo_approval, name="approval-undo"),
    path("reporting/reports/<int:pk>/review/", views.review, name="review"),
    path("reporting/reports/<int:pk>/approve/", views.approve_report, name="approve"),
    path("reporting/reports/<int:pk>/return/", views.return_report, name="return"),
    path("reporting/reports/<int:pk>/withdraw/", views.withdraw_approval, name="withdraw"),
]
