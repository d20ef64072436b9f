"""Puts the platforms, their control address and their page together."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, abort, jsonify, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from simulators.contract_api import make_contract_api, make_contract_control
from simulators.control import make_control
from simulators.face_api import make_face_calls, make_face_pages
from simulators.map_api import make_map_api
from simulators.master_api import make_master_api, make_master_control
from simulators.name_api import make_name_calls, make_name_control
from simulators.page import make_page
from simulators.paper_api import make_paper_calls
from simulators.simulation import Simulation
from simulators.sms_api import make_sms_calls
from simulators.tencent_cloud import make_tencent_api
from simulators.wechat_api import make_wechat_api
from simulators.wechat_face_api import make_wechat_faces
from simulators.wechat_web import LOOPBACK, make_wechat_web
from simulators.wecom_api import make_wecom_api

# A photo of a paper in base64 is the largest that comes.
LARGEST_BODY = 11_000_000


class _PlainJson(DefaultJSONProvider):
    """Keeps the order of members and leaves Chinese readable, as the vendors do."""

    sort_keys = False
    ensure_ascii = False


def create_app(state_dir: Path, hall: str) -> Flask:
    """Return the application with all platforms; keys lie in ``state_dir``, ``hall`` is the customer."""
    simulation = Simulation(state_dir, hall)
    app = Flask(__name__, template_folder="pages", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json = _PlainJson(app)
    # Each vendor has its own paths, so one address serves them all.
    for part in (
        make_wechat_api, make_wechat_web, make_wechat_faces, make_map_api, make_contract_api,
        make_contract_control, make_master_api, make_master_control, make_wecom_api, make_face_pages,
        make_name_control, make_control, make_page,
    ):  # fmt: skip
        app.register_blueprint(part(simulation))
    tencent = {
        **make_sms_calls(simulation),
        **make_face_calls(simulation),
        **make_name_calls(simulation),
        **make_paper_calls(simulation),
    }
    app.register_blueprint(make_tencent_api(tencent))

    @app.before_request
    def refuse_other_hosts() -> None:
        # A page from elsewhere must not reach this by a name that it points at this machine.
        if request.host.rsplit(":", 1)[0].strip("[]") not in LOOPBACK:
            abort(403, "loopback only")

    @app.errorhandler(HTTPException)
    def show_error(error: HTTPException) -> ResponseReturnValue:
        return jsonify(error=error.name, detail=error.description), error.code or 500

    return app
