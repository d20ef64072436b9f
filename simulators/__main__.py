"""Start all simulated platforms: ``python -m simulators --port N [--state-dir var/simulators]``."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from simulators.application import create_app
from simulators.credentials import load_credentials
from simulators.message_templates import OFFICIAL, SMS, SUBSCRIBE, SmsTemplate, WechatTemplate

HOST = "127.0.0.1"
PORT_TAKEN = 2
BACKLOG = 128


class _QuietHandler(WSGIRequestHandler):
    """Writes no line per request: the page and the control address show them."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def list_environment(port: int, state_dir: Path) -> dict[str, str]:
    """Return the variables with which a program reaches these platforms in place of the real ones."""
    keys, base = load_credentials(state_dir), f"http://{HOST}:{port}"
    lists: dict[str, Mapping[str, WechatTemplate | SmsTemplate]] = {
        "WECHAT_MINI_TEMPLATES": SUBSCRIBE,
        "WECHAT_OFFICIAL_TEMPLATES": OFFICIAL,
        "SMS_TEMPLATES": SMS,
    }
    return {
        "WECHAT_API_BASE_URL": base,
        "WECHAT_OPEN_BASE_URL": base,
        "WECHAT_MINI_APP_ID": keys.mini_app_id,
        "WECHAT_MINI_APP_SECRET": keys.mini_app_secret,
        "WECHAT_OFFICIAL_APP_ID": keys.official_app_id,
        "WECHAT_OFFICIAL_APP_SECRET": keys.official_app_secret,
        "SMS_BASE_URL": base,
        "SMS_SECRET_ID": keys.sms_secret_id,
        "SMS_SECRET_KEY": keys.sms_secret_key,
        "SMS_APP_ID": keys.sms_app_id,
        "SMS_SIGN_NAME": keys.sms_sign_name,
        "WECOM_BASE_URL": base,
        "WECOM_CORP_ID": keys.wecom_corp_id,
        "WECOM_AGENT_ID": keys.wecom_agent_id,
        "WECOM_SECRET": keys.wecom_secret,
        "FACEID_BASE_URL": base,
        "FACEID_SECRET_ID": keys.face_secret_id,
        "FACEID_SECRET_KEY": keys.face_secret_key,
        "FACEID_RULE_ID": keys.face_rule_id,
        "WECHAT_FACE_CHECKS": "true",
        "NAMECHECK_BASE_URL": base,
        "NAMECHECK_SECRET_ID": keys.name_secret_id,
        "NAMECHECK_SECRET_KEY": keys.name_secret_key,
        "OCR_BASE_URL": base,
        "OCR_SECRET_ID": keys.ocr_secret_id,
        "OCR_SECRET_KEY": keys.ocr_secret_key,
        "MAP_BASE_URL": base,
        "MAP_KEY": keys.map_key,
        **{
            name: ",".join(f"{purpose}:{one.template_id}" for purpose, one in templates.items())
            for name, templates in lists.items()
        },
    }


def list_chosen_settings(port: int, state_dir: Path) -> dict[str, str]:
    """Return the settings that switch on what an installation chooses, played by the simulators."""
    keys = load_credentials(state_dir)
    return {
        "CONTRACT_BASE_URL": f"http://{HOST}:{port}",
        "CONTRACT_APP_ID": keys.contract_app_id,
        "CONTRACT_SECRET": keys.contract_secret,
        "MASTER_BASE_URL": f"http://{HOST}:{port}",
        "MASTER_APP_ID": keys.master_app_id,
        "MASTER_SECRET": keys.master_secret,
    }


def main() -> int:
    """Read the command line and serve until a signal ends it; exit code 2 where the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m simulators", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--state-dir", type=Path, default=Path("var/simulators"), help="where the keys lie")
    parser.add_argument("--hall", default="http://127.0.0.1:8000", help="where the platforms' customer is")
    parser.add_argument("--show-environment", action="store_true", help="print NAME=value lines and end")
    chosen = parser.parse_args()
    if chosen.show_environment:
        for name, value in list_environment(chosen.port, chosen.state_dir).items():
            print(f"{name}={value}")
        # An installation chooses whether it has these systems, so they only stand by.
        for name, value in list_chosen_settings(chosen.port, chosen.state_dir).items():
            print(f"# {name}={value}")
        return 0
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, chosen.port))
    except OSError:
        print(f"Port {chosen.port} is taken; choose another with --port.", file=sys.stderr)
        return PORT_TAKEN
    listening.listen(BACKLOG)
    server = make_server(
        HOST,
        chosen.port,
        create_app(chosen.state_dir, chosen.hall),
        threaded=True,
        request_handler=_QuietHandler,
        fd=listening.fileno(),
    )
    # Held calls must not keep the process alive.
    server.daemon_threads = True  # type: ignore[attr-defined]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    base = f"http://{HOST}:{chosen.port}"
    print(f"Page       {base}/\nControl    {base}/control/\nWeChat     {base}\nSMS        {base}", flush=True)
    print(f"Map        {base}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
