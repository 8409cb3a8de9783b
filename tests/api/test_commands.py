from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.edge import switchboard
from api.kernel.kernel import NAME as KERNEL
from appliance.bus.mqtt import MqttBus
from appliance.contracts.settings import Settings
from tests.api.box import NAME, Box
from tests.broker import Broker, mosquitto, until


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with mosquitto(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def box(broker: Broker) -> Iterator[Box]:
    bus = MqttBus(broker.host, broker.port, NAME)
    made = Box(bus)
    bus.start()
    until(lambda: bus.is_connected, "the box to connect")
    made.say_status()
    yield made
    made.say_status(is_online=False)
    bus.stop()


@pytest.fixture
def panel(broker: Broker, tmp_path: Path) -> Iterator[FlaskClient]:
    bus = MqttBus(broker.host, broker.port, "api")
    app = create_app(Settings(data=tmp_path), bus)
    bus.start()
    until(lambda: bus.is_connected, "the API to connect")
    yield app.test_client()
    bus.stop()
    app.extensions[KERNEL].database.close()


def _is_seen(panel: FlaskClient) -> bool:
    return panel.get("/api/health").get_json()["data"]["box_id"] == NAME


@pytest.mark.parametrize("kind", ["start", "pause", "resume", "stop", "emergency_stop", "release"])
def test_a_command_reaches_the_box_and_its_answer_comes_back(box: Box, panel: FlaskClient, kind: str) -> None:
    until(lambda: _is_seen(panel), "the box to be seen")
    reply = panel.post("/api/commands", json={"kind": kind, "parameters": {"protocol": "x", "level": 0.5}})
    assert reply.status_code == 200
    assert reply.get_json()["data"]["state"] == "running"
    assert [command.kind for command in box.heard] == [kind]
    assert box.heard[0].parameters == {"protocol": "x", "level": 0.5}
    assert box.heard[0].asked_by == "panel at 127.0.0.1"


def test_a_box_that_declines_is_quoted(box: Box, panel: FlaskClient) -> None:
    box.reason = "a session is running already; stop it first"
    until(lambda: _is_seen(panel), "the box to be seen")
    reply = panel.post("/api/commands", json={"kind": "start"})
    assert reply.status_code == 409
    assert reply.get_json()["detail"] == box.reason


def test_a_box_that_does_not_answer_is_said_so_in_time(
    box: Box, panel: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.is_mute = True
    until(lambda: _is_seen(panel), "the box to be seen")
    monkeypatch.setattr(switchboard.Switchboard.ask, "__defaults__", (0.05,))
    reply = panel.post("/api/commands", json={"kind": "start"})
    assert (reply.status_code, reply.get_json()["error"]) == (503, "not_running")
    assert "did not answer" in reply.get_json()["detail"]


def test_twenty_commands_at_once_each_get_their_own_answer(box: Box, panel: FlaskClient) -> None:
    until(lambda: _is_seen(panel), "the box to be seen")

    def send(number: int) -> str:
        client = panel.application.test_client()
        reply = client.post("/api/commands", json={"kind": "set", "command_id": f"c-{number}"})
        return str(reply.get_json()["data"]["command_id"])

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(send, range(20))) == [f"c-{number}" for number in range(20)]


def test_an_emergency_stop_is_sent_even_to_a_box_that_is_thought_away(box: Box, panel: FlaskClient) -> None:
    folder = panel.application.extensions[KERNEL].settings.data
    (folder / "run").mkdir(exist_ok=True)
    (folder / "run" / "box.json").write_text(f'{{"box_id": "{NAME}"}}')
    box.say_status(is_online=False)
    assert panel.post("/api/commands", json={"kind": "emergency_stop"}).status_code == 200


def test_the_boxs_own_folder_names_it_before_the_bus_does(panel: FlaskClient) -> None:
    folder = panel.application.extensions[KERNEL].settings.data
    boxes = switchboard.Boxes(folder)
    for text in ("", "{}", '{"box_id": "a/b"}', '{"box_id": 7}', "not json"):
        (folder / "run").mkdir(exist_ok=True)
        (folder / "run" / "box.json").write_text(text)
        with pytest.raises(switchboard.NotRunning):
            boxes.ours()
    (folder / "box_id").write_text("from-file\n")
    assert boxes.ours() == "from-file"
    (folder / "run" / "box.json").write_text('{"box_id": "from-appliance"}')
    assert boxes.ours() == "from-appliance"


def test_nobody_there_is_said_with_what_to_do(panel: FlaskClient) -> None:
    until(lambda: not _is_seen(panel), "the box to be gone")
    reply = panel.post("/api/commands", json={"kind": "start"})
    assert reply.status_code == 503
    assert "echoel up" in reply.get_json()["remedy"]
