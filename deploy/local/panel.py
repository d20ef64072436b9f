"""What ``make run`` prints when everything is up."""

from __future__ import annotations

from pathlib import Path

from deploy.demo.organisation import PASSWORD, PEOPLE


def render_panel(port: int, simulators_port: int, logs: Path) -> str:
    """Return where everything is and who may sign in."""
    base = f"http://127.0.0.1:{port}"
    places = {
        "Customer page": f"{base}/h5/",
        "Staff console": f"{base}/console/",
        "Simulators": f"http://127.0.0.1:{simulators_port}/   (the customer's phone: SMS codes, messages)",
        "API documents": f"{base}/api/docs/",
        "Logs": str(logs),
    }
    lines = ["", "─" * 78, "  The service hall is running. Ctrl-C stops it.", ""]
    lines += [f"  {name:<15}{where}" for name, where in places.items()]
    lines += ["", f"  Staff sign in with the password {PASSWORD} as:"]
    lines += [f"    {one.username:<14}{one.name}  {one.task}" for one in PEOPLE]
    lines += [
        "",
        "  Customers sign in with any mobile number; the code arrives on the simulators' page.",
        "  13800010001 to 13800010006 have cases already.",
        "─" * 78,
    ]
    return "\n".join(lines)
