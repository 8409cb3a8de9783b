"""The panel in a real browser, with a box that plays along."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from appliance.bus import Message
from appliance.bus.mqtt import MqttBus
from appliance.contracts import topics
from appliance.contracts.messages import Receipt
from tests.api.reports import head, intervals, report, states
from tests.api.stage import BOX, Box, Stage
from tests.broker import free_port, mosquitto, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The API's three processes, a broker and a box."""
    folder = tmp_path_factory.mktemp("panel")
    port = free_port()
    with mosquitto(folder) as broker:
        both = ["--data", str(folder), "--broker-port", str(broker.port)]
        bus = MqttBus(broker.host, broker.port, BOX)
        box = Box(bus)
        verbs = {
            "serve": ["--port", str(port), *both],
            "live": ["--panel-port", str(port), *both],
            "worker": both,
        }
        stage = Stage(box, f"http://127.0.0.1:{port}", verbs, {})
        for verb in verbs:
            stage.start(verb)
        receipts: dict[str, int] = {}

        def receipted(message: Message) -> None:
            receipt = Receipt.model_validate_json(message.body)
            receipts[receipt.stream] = receipt.next_sequence

        bus.subscribe(topics.receipt(BOX), receipted)
        bus.start()
        until(lambda: bus.is_connected, "the box to connect")
        rows = {
            "sessions": head(state="finished", beats=300, duration_s=300, mean_hr_bpm=64.2, coherence=0.7),
            "intervals": intervals(0, 300),
            "states": states(0, 300),
        }

        def is_reported() -> bool:
            for stream, body in rows.items():
                if stream not in receipts:
                    bus.publish(topics.report(BOX, stream), report(stream, 1, body))
            return len(receipts) == 3

        until(is_reported, "the session to be reported", 30)
        until(lambda: _answers(f"{stage.address}/health"), "the API", 30)
        until(lambda: (folder / "run" / "live.port").exists(), "the live stream", 30)
        box.start()
        yield stage
        box.stop()
        bus.stop()
        for verb in verbs:
            stage.stop(verb)


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program or os.environ.get("PLAYWRIGHT_BROWSERS_PATH"), (
        "no browser; install one: apt-get install chromium"
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    """A page that fails its test when its console shows an error."""
    stage.box.runner, stage.box.is_lost, stage.box.is_silent = "idle", False, False
    stage.box.heard.clear()
    opened = browser.new_page(viewport={"width": 800, "height": 480}, base_url=stage.address)
    troubles: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            troubles.append(message.text)

    opened.on("console", note)
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened
    opened.close()
    assert troubles == []


def ink(page: Page, canvas: str) -> int:
    """How many pixels of a canvas are drawn on."""
    script = """(name) => {
        const canvas = document.getElementById(name);
        const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        return data.filter((value, index) => index % 4 === 3 && value > 60).length;
    }"""
    return int(page.evaluate(script, canvas))


def test_the_live_heart_and_its_figures_are_shown_and_marked_as_simulated(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#heart-rate")).to_have_text("66")
    expect(page.locator("#coherence")).to_have_text("81")
    expect(page.locator("#rmssd")).to_have_text("42")
    expect(page.locator("#sensor-name")).to_have_text("Virtual wearer")
    expect(page.locator("#simulated")).to_be_visible()
    expect(page.locator("#veil")).to_be_hidden()
    until(lambda: ink(page, "trace") > 400, "the trace to be drawn")
    assert ink(page, "pacer") > 400


def test_the_buttons_lead_through_a_session(page: Page, stage: Stage) -> None:
    page.goto("/")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#breath-word")).to_have_text("Breathe in", timeout=12_000)
    expect(page.locator("#breath-word")).to_have_text("Breathe out", timeout=12_000)
    expect(page.locator("#clock")).to_have_text("1:01 / 10:00")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    assert stage.box.heard == ["start", "pause", "resume", "stop"]


def test_escape_stops_everything_and_release_is_a_step_of_its_own(page: Page, stage: Stage) -> None:
    page.goto("/")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(page.locator("#breath-word")).to_have_text("All stopped")
    expect(page.get_by_role("button", name="Start")).to_be_hidden()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    page.get_by_role("button", name="Stop everything").click()
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    assert stage.box.heard == ["emergency_stop", "release", "emergency_stop"]


def test_a_lost_signal_and_a_silent_box_are_said_in_words(page: Page, stage: Stage) -> None:
    page.goto("/")
    expect(page.locator("#veil")).to_be_hidden()
    stage.box.is_lost = True
    expect(page.locator("#veil-title")).to_have_text("No heart signal")
    stage.box.is_silent = True
    expect(page.locator("#veil-title")).to_have_text("The box is silent")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    expect(page.get_by_role("button", name="Stop everything")).to_be_enabled()
    stage.box.is_lost = stage.box.is_silent = False
    expect(page.locator("#veil")).to_be_hidden()


def test_the_page_finds_a_stream_that_came_back_elsewhere(browser: Browser, stage: Stage) -> None:
    page = browser.new_page(base_url=stage.address)
    page.goto("/")
    expect(page.locator("#veil")).to_be_hidden()
    stage.stop("live")
    expect(page.locator("#veil-title")).to_have_text("No connection to the box", timeout=10_000)
    stage.start("live")
    expect(page.locator("#veil")).to_be_hidden(timeout=15_000)
    page.close()


def test_a_past_session_is_listed_and_opens_as_a_curve(page: Page) -> None:
    page.goto("/sessions")
    page.get_by_role("link", name="Resonance breathing").first.click()
    expect(page.locator("h1")).to_have_text("Resonance breathing")
    expect(page.locator("#figures")).to_contain_text("300")
    expect(page.locator("#lead")).to_contain_text("simulated")
    until(lambda: ink(page, "heart") > 400, "the curve to be drawn")
    page.locator("#heart").hover()
    expect(page.locator("#heart-at")).to_contain_text("bpm")


@pytest.mark.parametrize("size", [(360, 640), (390, 844), (800, 480), (1280, 800)])
def test_nothing_is_cut_off_on_any_screen(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto("/")
    expect(page.locator("#heart-rate")).to_have_text("66")
    for button in ("Start", "Stop everything"):
        expect(page.get_by_role("button", name=button)).to_be_in_viewport(ratio=1)
    for path in ("/", "/sessions", "/sessions/s-1"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_with_reduced_motion_the_circle_keeps_its_size(browser: Browser, stage: Stage) -> None:
    stage.box.runner = "running"
    page = browser.new_page(reduced_motion="reduce", base_url=stage.address)
    page.goto("/")
    middle = """() => {
        const canvas = document.getElementById("pacer");
        const row = canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, 1).data;
        return row.filter((value, index) => index % 4 === 3 && value > 250).length;
    }"""
    expect(page.locator("#breath-word")).to_have_text("Breathe in", timeout=12_000)
    widths = {page.evaluate(middle)}
    expect(page.locator("#breath-word")).to_have_text("Breathe out", timeout=12_000)
    widths.add(page.evaluate(middle))
    assert max(widths) - min(widths) <= 24
    page.close()
