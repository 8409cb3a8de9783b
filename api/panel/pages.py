"""The panel's pages and their files."""

from __future__ import annotations

from importlib.metadata import version

from flask import Blueprint, Response, make_response, render_template

pages = Blueprint(
    "panel", __name__, template_folder="templates", static_folder="static", static_url_path="/panel"
)


@pages.get("/")
def home() -> Response:
    """The box now: heart, breath and the buttons."""
    return _page("home.html")


@pages.get("/sessions")
def sessions() -> Response:
    """Everything the box remembers."""
    return _page("sessions.html")


@pages.get("/sessions/<string:body_session_id>")
def session(body_session_id: str) -> Response:
    """One session: its figures and its curves."""
    return _page("session.html", body_session_id=body_session_id)


def _page(template: str, **more: str) -> Response:
    page = make_response(render_template(template, version=version("echoel"), **more))
    page.headers["Cache-Control"] = "no-cache"
    return page
