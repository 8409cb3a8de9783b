"""The factory: settings and a bus go in, one Flask app with every module of its role comes out."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from flask import redirect, url_for
from flask_openapi3.models.info import Info
from flask_openapi3.models.license import License
from flask_openapi3.openapi import OpenAPI

from api import modules
from api.kernel import gate, problems
from api.kernel.database import Database, url_of
from api.kernel.kernel import NAME, Kernel
from api.kernel.migrate import migrate
from api.kernel.shapes import ProblemShape

if TYPE_CHECKING:
    from appliance.bus import Bus
    from appliance.contracts.settings import Settings

_ABOUT = """The companion API of the Echoel box. Every reply has `ok`: true with `data`, or false with
`error`, `title`, `detail` and `remedy`. Lists have `next`: give it as `after` for the next page."""


def create_app(settings: Settings, bus: Bus | None = None) -> OpenAPI:
    """Build the app and bring its database to the shape it needs.

    bus: what leads to the box; the caller starts and stops it. Without one, commands answer 503.
    Raises StorageBroken or StorageFull.
    """
    migrate(settings)
    app = OpenAPI(
        "api",
        info=Info(
            title="Echoel", version=version("echoel"), description=_ABOUT, license=License(name="Apache-2.0")
        ),
        # Left out, the specification would hold a null that strict readers refuse.
        security_schemes={},
        validation_error_callback=problems.invalid,
        validation_error_model=ProblemShape,
        static_folder=None,
        template_folder=None,
    )
    # There is one documentation page, so nobody is asked which one.
    app.view_functions["openapi.openapi"] = lambda: redirect(url_for("swagger.swagger"))
    kernel = Kernel(settings, Database(url_of(settings)), bus)
    app.extensions[NAME] = kernel
    gate.register(app)
    problems.register(app)
    for row in modules.at_home(settings.role):
        module = row.load()
        if hasattr(module, "mount"):
            module.mount(app, kernel)
        if hasattr(module, "routes"):
            app.register_api(module.routes)
        if hasattr(module, "pages"):
            app.register_blueprint(module.pages)
    return app
