"""The files in deploy/ are what the tools that read them take, and keep to what a careful operator expects."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[3] / "deploy"


def instructions():
    """(instruction, rest) of each line of the Dockerfile."""
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text())
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line and not line.startswith("#")]


def test_hadolint_finds_nothing_in_the_dockerfile():
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent) or shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is not installed")
    result = subprocess.run([hadolint, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_the_image_is_built_in_two_stages_and_runs_without_root():
    names = [name for name, _ in instructions()]
    last = instructions()[len(names) - 1 - names[::-1].index("FROM") :]
    assert names.count("FROM") == 2
    assert [rest for name, rest in last if name == "USER"] == ["10001"]
    assert {"HEALTHCHECK", "ENTRYPOINT", "EXPOSE", "VOLUME"} <= {name for name, _ in last}
    assert not any("pip install" in rest for _, rest in last)


def test_what_the_image_is_built_from_is_there_and_let_through():
    copied = {name for instruction, rest in instructions() if instruction == "COPY" and "--from" not in rest for name in rest.split()[:-1]}
    allowed = {line.removeprefix("!") for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == allowed
    assert all((DEPLOY.parent / name).exists() for name in copied)


def test_the_health_check_of_the_image_is_a_program_that_runs():
    check = next(rest for name, rest in instructions() if name == "HEALTHCHECK")
    _, option, program = json.loads(check[check.index("[") :])
    assert option == "-c"
    compile(program, "healthcheck", "exec")


def test_compose_waits_for_the_database_and_gives_the_server_no_more_than_it_needs():
    services = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())["services"]
    server, database = services["sayso"], services["database"]
    assert server["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "healthcheck" in database
    assert server["read_only"] is True
    assert (server["cap_drop"], server["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert all(port.startswith("127.0.0.1:") for port in server["ports"])
    assert "ports" not in database
    assert ":?" in server["environment"]["SAYSO_DATABASE_URL"], "no password is made up"


def test_systemd_takes_the_unit_and_finds_it_well_locked(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    unit = tmp_path / "sayso.service"
    unit.write_text((DEPLOY / "sayso.service").read_text().replace("/opt/sayso/bin/sayso", shutil.which("true")))
    assert "sayso.service" not in analyze("verify", unit).stderr
    judged = analyze("security", "--offline=true", "--threshold=20", unit)
    assert judged.returncode == 0, judged.stdout[-300:]


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
